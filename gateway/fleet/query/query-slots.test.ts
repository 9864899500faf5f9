import { describe, expect, it } from 'vitest';
import { QuerySlots } from './query-slots.ts';

const never = new AbortController().signal;

function slots(): QuerySlots {
  return new QuerySlots({ total: 3, ofToken: 2, waitingOfToken: 2 });
}

/** Whether a promise is settled, after all that can be done now was done. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  const mark = (): void => {
    done = true;
  };
  promise.then(mark, mark);
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

describe('slots of queries', () => {
  it('let two of a token run, and others beside them', async () => {
    const all = slots();
    const first = await all.take('a', never);
    await all.take('a', never);
    const third = all.take('a', never);
    expect(await isDone(third)).toBe(false);
    expect(await isDone(all.take('b', never))).toBe(true);
    first();
    first();
    expect(await isDone(third)).toBe(true);
    expect(await isDone(all.take('b', never))).toBe(false);
  });

  it('give a slot to the first that may have it', async () => {
    const all = slots();
    await all.take('a', never);
    await all.take('a', never);
    const ofB = await all.take('b', never);
    const waiting = [all.take('a', never), all.take('c', never), all.take('b', never)];
    ofB();
    expect(await Promise.all(waiting.map(isDone))).toEqual([false, true, false]);
  });

  it('never let more in than told, whoever comes between', async () => {
    const all = slots();
    const held = [await all.take('a', never), await all.take('b', never), await all.take('c', never)];
    const waiting = all.take('d', never);
    held[0]?.();
    const late = all.take('e', never);
    expect(await isDone(waiting)).toBe(true);
    expect(await isDone(late)).toBe(false);
  });

  it('refuse more of a token than may wait, with what to do', async () => {
    const all = slots();
    for (let i = 0; i < 2; i++) await all.take('a', never);
    const waiting = [all.take('a', never), all.take('a', never)];
    await expect(all.take('a', never)).rejects.toMatchObject({ code: 'resource_exhausted', retryable: true });
    expect(await Promise.all(waiting.map(isDone))).toEqual([false, false]);
  });

  it('forget who stops waiting', async () => {
    const all = slots();
    const held = await all.take('a', never);
    await all.take('a', never);
    const gone = new AbortController();
    const waiting = all.take('a', gone.signal);
    gone.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await expect(all.take('a', gone.signal)).rejects.toThrow('gone');
    const next = all.take('a', never);
    held();
    expect(await isDone(next)).toBe(true);
  });
});
