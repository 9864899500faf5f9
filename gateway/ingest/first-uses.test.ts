import { expect, it } from 'vitest';
import { json } from '../http/http-answer.ts';
import { FirstUses, type KeyedRequest, type UseStore } from './first-uses.ts';

function store(): UseStore & { kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    claim: async (key, value) => {
      const found = kept.get(key);
      if (found === undefined) kept.set(key, value);
      return found;
    },
    put: async (key, value) => void kept.set(key, value),
  };
}

const request = (more: Partial<KeyedRequest> = {}): KeyedRequest => ({
  ...{ tokenId: 't', key: 'k', route: 'POST /api/push', body: Buffer.from('{"v":1}') },
  ...more,
});
let us = 1000;
const gateway = (kept: UseStore) => new FirstUses(kept, () => us++);

it('answers a repeated request as before, at any gateway, without doing it again', async () => {
  const kept = store();
  let done = 0;
  const work = async () => json(202, { done: ++done });
  const first = await gateway(kept).once(request(), work);
  const again = await gateway(kept).once(request(), work);
  expect([again.status, again.body, done]).toEqual([202, first.body, 1]);
});

it('does it again at the time of the first use where the answer was lost', async () => {
  const kept = store();
  const times: number[] = [];
  await expect(
    gateway(kept).once(request(), async (firstUs) => {
      times.push(firstUs);
      throw new Error('killed');
    }),
  ).rejects.toThrow('killed');
  await gateway(kept).once(request(), async (firstUs) => {
    times.push(firstUs);
    return json(202, {});
  });
  expect(times[1]).toBe(times[0]);
});

it('does it again at the time of the first use where a part of it is unfinished, and keeps the answer that is not', async () => {
  const kept = store();
  const times: number[] = [];
  const work = async (firstUs: number) => ({ ...json(202, { times: times.push(firstUs) }), unfinished: times.length < 2 });
  const answers = [];
  for (let i = 0; i < 3; i++) answers.push(await gateway(kept).once(request(), work));
  expect(answers.map(({ body }) => body)).toEqual(['{"times":1}\n', '{"times":2}\n', '{"times":2}\n']);
  expect(times[1]).toBe(times[0]);
  expect(answers[0]).not.toHaveProperty('unfinished');
});

it('shares an answer that is under way', async () => {
  const uses = gateway(store());
  let done = 0;
  const work = async () => {
    await new Promise(setImmediate);
    return json(202, { done: ++done });
  };
  const [first, second] = await Promise.all([uses.once(request(), work), uses.once(request(), work)]);
  expect([second?.body, done]).toEqual([first?.body, 1]);
});

it.each([
  ['another body', { body: Buffer.from('{"v":99}') }],
  ['another route', { route: 'POST /api/telemetry/snapshot' }],
])('refuses %s under a key with 422, also while the first is under way', async (_, other) => {
  const kept = store();
  const uses = gateway(kept);
  const work = async () => json(202, {});
  const under = uses.once(request(), work);
  expect((await uses.once(request(other), work)).status).toBe(422);
  await under;
  const refused = await gateway(kept).once(request(other), work);
  expect([refused.status, refused.body]).toEqual([422, expect.stringContaining('was used within 60 minutes for another request')]);
  expect((await gateway(kept).once(request(), work)).status).toBe(202);
});

it('keeps the keys of tokens apart', async () => {
  const kept = store();
  await gateway(kept).once(request(), async () => json(202, { of: 't' }));
  const other = await gateway(kept).once(request({ tokenId: 'u', body: Buffer.from('{"v":2}') }), async () => json(202, { of: 'u' }));
  expect(other.body).toContain('"u"');
});
