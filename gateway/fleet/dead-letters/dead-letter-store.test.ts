import { type NatsConnection, NatsError } from 'nats';
import { expect, test } from 'vitest';
import { assertReason, DeadLetterStore } from './dead-letter-store.ts';

interface Message {
  seq: number;
  reason: string;
  /** An object becomes JSON. */
  data?: object | string;
  timeMs?: number;
}

function gone(code = 10037): NatsError {
  const error = new NatsError('no message found', '404');
  error.api_error = { code: 404, err_code: code, description: 'no message found' };
  return error;
}

/** A stream with these letters, from `first` to the last of them. */
function staged(messages: Message[], { first = 1, bring = 500, missing = 10037 } = {}) {
  const asked: unknown[] = [];
  let failure: Error | undefined;
  const stored = messages.map(({ seq, reason, data = {}, timeMs = 1000 }) => ({
    seq,
    subject: `muster.dead.${reason}`,
    time: new Date(timeMs),
    data: Buffer.from(typeof data === 'string' ? data : JSON.stringify(data)),
    info: { timestampNanos: timeMs * 1e6 },
  }));
  let looks = 0;
  let consumers = 0;
  const streams = {
    info: async (_: string, options?: { subjects_filter: string }) => {
      const subjects: Record<string, number> = {};
      for (const { subject } of stored) {
        if (options?.subjects_filter === subject || options?.subjects_filter === 'muster.dead.*')
          subjects[subject] = (subjects[subject] ?? 0) + 1;
      }
      const last = stored.at(-1)?.seq ?? 0;
      return { state: { first_seq: first, last_seq: last, ...(Object.keys(subjects).length === 0 ? {} : { subjects }) } };
    },
    getMessage: async (_: string, query: { seq: number } | { last_by_subj: string }) => {
      looks++;
      if (failure !== undefined) throw failure;
      const found =
        'seq' in query ? stored.find(({ seq }) => seq === query.seq) : stored.findLast(({ subject }) => subject === query.last_by_subj);
      if (found === undefined) throw gone(missing);
      return found;
    },
    deleteMessage: async (_: string, seq: number, erase: boolean) => {
      asked.push(['delete', seq, erase]);
      if (failure !== undefined) throw failure;
      if (!stored.some((one) => one.seq === seq)) throw gone(missing);
      return true;
    },
    purge: async (_: string, options: unknown) => {
      asked.push(['purge', options]);
      return { purged: 7 };
    },
  };
  const connection = {
    jetstreamManager: async () => ({ streams }),
    jetstream: () => ({
      consumers: {
        get: async (_: string, { filterSubjects }: { filterSubjects: string }) => {
          consumers++;
          let rest = stored.filter(({ subject }) => subject === filterSubjects);
          return {
            fetch: async ({ max_messages: most }: { max_messages: number }) => {
              asked.push(['fetch', most]);
              const some = rest.slice(0, Math.min(most, bring));
              rest = rest.slice(some.length);
              return some;
            },
            delete: async () => void consumers--,
          };
        },
      },
    }),
  };
  return {
    store: new DeadLetterStore(connection as unknown as NatsConnection),
    asked,
    looks: () => looks,
    consumers: () => consumers,
    fail: (error: Error) => {
      failure = error;
    },
  };
}

const letters = (count: number, reason = 'bad_name', from = 1): Message[] =>
  Array.from({ length: count }, (_, i) => ({ seq: from + i, reason }));
const ids = (found: readonly { id: number }[]): number[] => found.map(({ id }) => id);

test('letters are counted by their reason', async () => {
  expect(await staged([...letters(2), ...letters(1, 'malformed', 3)]).store.countByReason()).toEqual({ bad_name: 2, malformed: 1 });
  expect(await staged([]).store.countByReason()).toEqual({});
});

test('a page has the newest first, and says where the next begins, until there is none', async () => {
  const { store } = staged(letters(5));
  expect(await store.page(2, '', 0)).toMatchObject({ letters: [{ id: 5 }, { id: 4 }], nextBeforeId: 4 });
  expect(await store.page(2, '', 4)).toMatchObject({ letters: [{ id: 3 }, { id: 2 }], nextBeforeId: 2 });
  expect(await store.page(2, '', 2)).toMatchObject({ letters: [{ id: 1 }], nextBeforeId: 0 });
  expect(await store.page(5, '', 0)).toMatchObject({ letters: { length: 5 }, nextBeforeId: 0 });
  expect(await store.page(4, '', 0)).toMatchObject({ letters: { length: 4 }, nextBeforeId: 2 });
  expect(await store.page(2, '', 99)).toMatchObject({ letters: [{ id: 5 }, { id: 4 }] });
  expect(await store.page(2, '', 1)).toEqual({ letters: [], nextBeforeId: 0 });
  expect(await staged([]).store.page(2, '', 0)).toEqual({ letters: [], nextBeforeId: 0 });
});

test.each([10037, 10043, 10057])(
  'a page passes over what is gone, said by the code %i, across many questions at a time',
  async (missing) => {
    const kept = [
      { seq: 3, reason: 'a' },
      { seq: 35, reason: 'a' },
      { seq: 67, reason: 'a' },
      { seq: 100, reason: 'a' },
    ];
    const { store } = staged(kept, { first: 3, missing });
    expect(ids((await store.page(10, '', 0)).letters)).toEqual([100, 67, 35, 3]);
  },
);

test('a page of one reason has no other, and begins at the newest of it', async () => {
  const { store, looks } = staged([...letters(3, 'old'), ...letters(2, 'new', 4), { seq: 6, reason: 'old' }, ...letters(100, 'new', 7)]);
  expect(ids((await store.page(10, 'old', 0)).letters)).toEqual([6, 3, 2, 1]);
  expect(looks()).toBe(7);
  expect(await store.page(10, 'none', 0)).toEqual({ letters: [], nextBeforeId: 0 });
});

test('a page looks through ten thousand at most, and the next goes on there', async () => {
  const { store } = staged([
    { seq: 1, reason: 'rare' },
    { seq: 10_002, reason: 'a' },
    { seq: 10_003, reason: 'rare' },
  ]);
  expect(await store.page(10, 'rare', 0)).toMatchObject({ letters: [{ id: 10_003 }], nextBeforeId: 3 });
  expect(await store.page(10, 'rare', 3)).toMatchObject({ letters: [{ id: 1 }], nextBeforeId: 0 });
});

test('a stream that does not answer is told, and not taken for one without letters', async () => {
  const { store, fail } = staged(letters(3));
  fail(new NatsError('503', '503'));
  await expect(store.page(2, '', 0)).rejects.toThrow('503');
  await expect(store.find([1])).rejects.toThrow('503');
  await expect(store.remove([1])).rejects.toThrow('503');
});

test('letters are found in the order of their ids, those that are gone left out', async () => {
  const { store } = staged(letters(40));
  const wanted = [40, 99, ...Array.from({ length: 39 }, (_, i) => i + 1)];
  expect(ids(await store.find(wanted))).toEqual(wanted.filter((id) => id !== 99));
  expect(await store.find([])).toEqual([]);
});

test('one letter is there or not found, and no id below 1 is asked for', async () => {
  const { store, looks } = staged(letters(1));
  expect(await store.get(1)).toMatchObject({ id: 1 });
  await expect(store.get(2)).rejects.toThrow('there is no dead letter 2: it was replayed, discarded, or never there');
  const before = looks();
  await expect(store.get(0)).rejects.toThrow('there is no dead letter 0');
  expect(looks()).toBe(before);
});

test('the oldest of a reason come up to and with an id, no more than asked for', async () => {
  const mixed = [...letters(3, 'a'), ...letters(3, 'b', 4), ...letters(3, 'a', 7)];
  const { store, consumers } = staged(mixed);
  expect(ids(await store.ofReason('a', 8, 100))).toEqual([1, 2, 3, 7, 8]);
  expect(ids(await store.ofReason('a', 6, 100))).toEqual([1, 2, 3]);
  expect(ids(await store.ofReason('a', 9, 4))).toEqual([1, 2, 3, 7]);
  expect(ids(await store.ofReason('a', 99, 6))).toEqual([1, 2, 3, 7, 8, 9]);
  expect(await store.ofReason('c', 99, 6)).toEqual([]);
  // A consumer that is left stays in the server.
  expect(consumers()).toBe(0);
});

test('they are fetched by five hundred, and what was removed meanwhile ends it', async () => {
  const many = staged(letters(501));
  expect(await many.store.ofReason('bad_name', 999, 1000)).toHaveLength(501);
  expect(many.asked).toEqual([
    ['fetch', 500],
    ['fetch', 1],
  ]);
  const none = staged(letters(2), { bring: 0 });
  expect(await none.store.ofReason('bad_name', 9, 9)).toEqual([]);
  expect([none.asked.length, none.consumers()]).toEqual([1, 0]);
});

test('removals count what was there, and leave the bytes to the stream', async () => {
  const { store, asked } = staged(letters(40));
  expect(await store.remove([...Array.from({ length: 40 }, (_, i) => i + 1), 99])).toBe(40);
  expect(asked).toHaveLength(41);
  expect(asked[0]).toEqual(['delete', 1, false]);
  expect(await store.purge('bad_name', 12)).toBe(7);
  expect(asked.at(-1)).toEqual(['purge', { filter: 'muster.dead.bad_name', seq: 13 }]);
});

test('a letter is as the ETL wrote it, and what it lacks is empty', async () => {
  const whole = {
    ...{ nodeId: 'n', detail: 'why', epoch: 'ab', seq: 3, measurement: 'cpu', row: { busy: 1 }, tags: ['core', 5], textFields: ['note'] },
    ...{ raw: Buffer.from('bytes').toString('base64'), history: [] },
  };
  const { store } = staged([
    { seq: 1, reason: 'bad_name', data: whole, timeMs: 5000 },
    { seq: 2, reason: 'malformed', data: {} },
    { seq: 3, reason: 'malformed', data: { nodeId: 5, seq: '3', row: null, tags: 'core', textFields: {}, raw: 7, detail: null } },
  ]);
  const empty = { timeMs: 1000, reason: 'malformed', nodeId: '', detail: '', epoch: '', seq: 0, measurement: '', history: [] };
  expect(await store.find([1, 2, 3])).toEqual([
    {
      ...{ id: 1, timeMs: 5000, reason: 'bad_name', nodeId: 'n', detail: 'why', epoch: 'ab', seq: 3, measurement: 'cpu', row: { busy: 1 } },
      ...{ tags: ['core', '5'], textFields: ['note'], raw: Buffer.from('bytes'), history: [] },
    },
    { ...empty, id: 2 },
    { ...empty, id: 3 },
  ]);
});

test.each(['no JSON', '5', 'null'])('what is no letter of ours (%s) is shown by its bytes', async (data) => {
  const { store } = staged([{ seq: 1, reason: 'malformed', data }]);
  expect(await store.get(1)).toMatchObject({ nodeId: '', seq: 0, raw: Buffer.from(data) });
});

test('a reason is a word', () => {
  expect(() => assertReason('not_finite')).not.toThrow();
  expect(() => assertReason('')).not.toThrow();
  expect(() => assertReason('a.b')).toThrow('reason is "a.b": a word like not_finite is needed');
  expect(() => assertReason(`*${'x'.repeat(99)}`)).toThrow(`reason is "*${'x'.repeat(59)}": a word`);
});
