import { expect, it } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import { timeWindow } from '../../core/common/row-time.ts';
import type { HttpRequest } from '../http/http-door.ts';
import { type PushOptions, pushRoutes } from './push-routes.ts';

const NOW_MS = Date.UTC(2026, 10, 23, 12);

/** Of each delivery in turn, whether the stream takes it. */
function staged(takes: boolean[]) {
  const times: number[][] = [];
  const kept = new Map<string, string>();
  const ingest: PushOptions['ingest'] = {
    fits: (frames) => frames.reduce((rows, { timeUs }) => rows + timeUs.length, 0) <= 400,
    deliver: async (nodeId, frames) => {
      const own = frames.flatMap(({ timeUs }) => [...timeUs]);
      times.push(own);
      if (takes.shift() === false) throw new MusterError('deadline_exceeded', 'not acknowledged');
      return { node_id: nodeId, epoch: '00', seq: times.length, rows: own.length };
    },
  };
  const uses: PushOptions['uses'] = {
    claim: async (key, value) => {
      const found = kept.get(key);
      if (found === undefined) kept.set(key, value);
      return found;
    },
    put: async (key, value) => void kept.set(key, value),
  };
  const options: PushOptions = {
    ...{ ingest, uses, now: () => NOW_MS },
    registry: { seenAtDoor: async () => undefined as never },
    storeWindow: { window: async () => timeWindow(NOW_MS * 1000, 30) },
    accounts: { readBatches: async () => undefined as never },
    sendEphemeral: () => undefined,
    events: { samplesPushed: () => undefined },
  };
  const route = pushRoutes(options).find(({ path }) => path === '/api/push');
  const push = async (body: unknown) => {
    const request = { headers: { 'idempotency-key': 'k' }, caller: { tokenId: 't' }, json: async () => body } as unknown as HttpRequest;
    const answer = await route?.answer(request);
    return JSON.parse(String(answer?.body)) as { accepted: number; refused: { index: number; reason: string }[] };
  };
  return { push, times };
}

it('tries a part that the stream did not take again under the same key and at the same times, and names its samples', async () => {
  const { push, times } = staged([true, false]);
  const note = 'x'.repeat(400);
  const body = [{ v: 'bad', node_id: 'n' }, ...Array.from({ length: 500 }, (_, i) => ({ node_id: 'n', v: i, metadata: { note } }))];
  const first = await push(body);
  expect(first.accepted).toBe(250);
  expect(first.refused.filter(({ reason }) => reason === 'deadline_exceeded').map(({ index }) => index)).toEqual(
    Array.from({ length: 250 }, (_, i) => 251 + i),
  );
  const again = await push(body);
  expect([again.accepted, again.refused.map(({ index }) => index)]).toEqual([500, [0]]);
  expect(times.slice(2)).toEqual(times.slice(0, 2));
  await push(body);
  expect(times.length).toBe(4);
});
