import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ANSWER_WITHIN_MS } from './access/answer-bound.ts';
import { createAgentService } from './agent-service.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('answers an enrolment that waits for something which does not come', async () => {
  const enrolment = { enrol: () => new Promise<Buffer>(() => undefined) };
  const service = createAgentService({ enrolment, sessions: undefined, cut: () => undefined, whyRefused: () => undefined } as never);
  const answer = vi.fn();
  const call = { request: Buffer.alloc(0), getPeer: () => '127.0.0.1:1', getAuthContext: () => ({}) };
  (service['Enroll'] as (asked: unknown, callback: unknown) => void)(call, answer);
  await vi.advanceTimersByTimeAsync(ANSWER_WITHIN_MS);
  expect(answer).toHaveBeenCalledOnce();
  expect(answer.mock.calls[0]?.[0]).toMatchObject({ details: expect.stringContaining('Enroll has no answer within 60 s') });
});
