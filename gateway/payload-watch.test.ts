import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NEEDED_PAYLOAD_BYTES } from '../core/common/batch-size.ts';
import { createPayloadWatch } from './payload-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const LOW = 65_536;

test('asks by a connection of its own while the limit is low, and connects anew when it is back', async () => {
  const told: string[] = [];
  const link = {
    connected: true,
    maxPayload: NEEDED_PAYLOAD_BYTES,
    connectAnew: async () => {
      told.push('anew');
      link.maxPayload = NEEDED_PAYLOAD_BYTES;
    },
  };
  const answers: (number | Error)[] = [LOW, new Error('away'), NEEDED_PAYLOAD_BYTES];
  const ask = async (): Promise<number> => {
    const answer = answers.shift() ?? LOW;
    told.push('asked');
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const events = {
    payloadLow: ({ maxPayload }: { maxPayload: number }) => void told.push(`low ${maxPayload}`),
    payloadEnough: ({ maxPayload }: { maxPayload: number }) => void told.push(`enough ${maxPayload}`),
  };
  const watch = createPayloadWatch({ link, ask, events });
  await watch.start();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(told).toEqual([]);
  link.maxPayload = LOW;
  link.connected = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(told).toEqual([]);
  link.connected = true;
  await vi.advanceTimersByTimeAsync(40_000);
  expect(told).toEqual([`low ${LOW}`, 'asked', 'asked', 'asked', 'anew', `enough ${NEEDED_PAYLOAD_BYTES}`]);
  await watch.stop();
  expect(vi.getTimerCount()).toBe(0);
});
