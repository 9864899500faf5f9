import { expect, test } from 'vitest';
import type { ListDeadLettersResponse } from '../../../proto/gen/messages.ts';
import type { AuditInput } from '../../audit/audit-record.ts';
import type { DeadLetterReplay } from '../dead-letters/dead-letter-replay.ts';
import type { DeadLetterStore, StoredLetter } from '../dead-letters/dead-letter-store.ts';
import type { CallContext } from './call-handlers.ts';
import { deadLetterHandlers } from './dead-letter-calls.ts';

const letter = (id: number, given: Partial<StoredLetter> = {}): StoredLetter => ({
  ...{ id, timeMs: 5000, reason: 'bad_name', detail: 'why', nodeId: 'n', epoch: 'ab', seq: 3, measurement: 'cpu', history: [] },
  ...given,
});

function staged(letters: StoredLetter[] = [], removed = 0) {
  const done: unknown[] = [];
  const audit: AuditInput[] = [];
  const scopes: string[] = [];
  const store = {
    page: async (limit: number, reason: string, beforeId: number) => {
      done.push(['page', limit, reason, beforeId]);
      return { letters, nextBeforeId: 4 };
    },
    get: async (id: number) => letters.find((one) => one.id === id),
    countByReason: async () => ({ bad_name: 2 }),
    remove: async (ids: readonly number[]) => {
      done.push(['remove', ids]);
      return removed;
    },
    purge: async (reason: string, upToId: number) => {
      done.push(['purge', reason, upToId]);
      return removed;
    },
  } as unknown as DeadLetterStore;
  const replay = { replay: async () => ({ response: { replayed: letters.length, problems: [] }, letters }) } as unknown as DeadLetterReplay;
  const handlers = deadLetterHandlers(
    {
      authorizer: {
        admit: async (_: unknown, scope: string) => {
          scopes.push(scope);
          return { caller: { name: 'ada' }, signal: new AbortController().signal, release: () => undefined };
        },
      },
      events: { callFailed: () => undefined },
    } as unknown as CallContext,
    {
      ...{ store, replay },
      audit: {
        record: async (input) => {
          await Promise.resolve();
          audit.push(input);
          return true;
        },
      },
    },
  );
  type Handler = (call: unknown, callback: (error: Error | null, response: unknown) => void) => void;
  const call = <R>(method: string, request: object): Promise<R> =>
    new Promise((resolve, reject) => {
      const full = { ids: [], reason: '', upToId: 0, editedRow: '', measurement: '', limit: 0, beforeId: 0, ...request };
      ((handlers as Record<string, unknown>)[method] as Handler)({ request: full, metadata: {} }, (error, response) =>
        error === null ? resolve(response as R) : reject(error),
      );
    });
  return { call, done, audit, scopes };
}

const says = (words: string) => ({ details: expect.stringContaining(words) });

test('a hundred letters are listed unless another number is asked for, a thousand at most', async () => {
  const { call, done, scopes } = staged([letter(9), letter(8, { row: { busy: 1 }, tags: ['core'], textFields: ['note'] })]);
  const { deadLetters, byReason, nextBeforeId } = await call<ListDeadLettersResponse>('listDeadLetters', {});
  expect([byReason, nextBeforeId]).toEqual([{ bad_name: 2 }, 4]);
  const common = { nodeId: 'n', reason: 'bad_name', detail: 'why', measurement: 'cpu', epoch: 'ab', seq: 3, decoded: '', history: [] };
  const time = { seconds: 5, nanos: 0 };
  expect(deadLetters).toEqual([
    { ...common, id: 9, time, row: '', raw: Buffer.alloc(0), tags: [], textFields: [] },
    { ...common, id: 8, time, row: '{"busy":1}', raw: Buffer.alloc(0), tags: ['core'], textFields: ['note'] },
  ]);
  await call('listDeadLetters', { limit: 1000, reason: 'bad_name', beforeId: 7 });
  expect(done).toEqual([
    ['page', 100, '', 0],
    ['page', 1000, 'bad_name', 7],
  ]);
  await expect(call('listDeadLetters', { limit: 1001 })).rejects.toMatchObject(says('limit is 1001: at most 1000'));
  await expect(call('listDeadLetters', { reason: 'a b' })).rejects.toMatchObject(says('reason is "a b"'));
  expect(scopes).toEqual(['read', 'read', 'read', 'read']);
});

test('one letter is shown with its lives and with what its bytes hold', async () => {
  const life = { id: 1, timeMs: 2000, reason: 'malformed', detail: 'first' };
  const { call } = staged([letter(9, { raw: Buffer.from([0xff]), history: [life] }), letter(8)]);
  const shown = await call<{ decoded: string; history: object[] }>('getDeadLetter', { id: 9 });
  expect(JSON.parse(shown.decoded)).toMatchObject([{ frames: [], problems: [expect.any(String)] }]);
  expect(shown.history).toEqual([{ id: 1, time: { seconds: 2, nanos: 0 }, reason: 'malformed', detail: 'first' }]);
  expect(await call('getDeadLetter', { id: 8 })).toMatchObject({ decoded: '' });
});

test('a replay is in the audit with what was sent, and for what it had been set aside', async () => {
  const { call, audit, scopes } = staged([letter(1), letter(2, { reason: 'malformed' }), letter(3)]);
  expect(await call('replayDeadLetters', { ids: [1, 2, 3, 4] })).toEqual({ replayed: 3, problems: [] });
  expect(audit).toEqual([
    {
      ...{ kind: 'dead_letters', caller: 'ada', text: '3 dead letters replayed: 2 bad_name, 1 malformed', outcome: 'ok', nodeId: 'n' },
      attributes: { ids: '1 2 3' },
    },
  ]);
  expect(scopes).toEqual(['write']);
});

test('of letters of several nodes the audit names none', async () => {
  const { call, audit } = staged([letter(1), letter(2, { nodeId: 'm' })]);
  await call('replayDeadLetters', { reason: 'bad_name', upToId: 5 });
  expect(audit[0]).not.toHaveProperty('nodeId');
  expect(audit[0]?.attributes).toEqual({ reason: 'bad_name', up_to_id: '5', ids: '1 2' });
});

test.each([
  [{ editedRow: '{"busy":1}' }, { edited_row: '{"busy":1}', measurement: '' }],
  [{ measurement: 'memory' }, { edited_row: '', measurement: 'memory' }],
])('an edit is in the audit (%j)', async (edit, attributes) => {
  const { call, audit } = staged([letter(1)]);
  await call('replayDeadLetters', { ids: [1], ...edit });
  expect(audit[0]).toMatchObject({ text: '1 dead letter replayed, edited: 1 bad_name', attributes: { ids: '1', ...attributes } });
});

test('what was not replayed is in no audit', async () => {
  const { call, audit } = staged([]);
  expect(await call('replayDeadLetters', { ids: [1] })).toEqual({ replayed: 0, problems: [] });
  expect(audit).toEqual([]);
});

test('fifty ids are named, and the others counted', async () => {
  const ids = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
  const attributes = async (count: number) => {
    const { call, audit } = staged([], count);
    await call('discardDeadLetters', { ids: ids(count) });
    return audit[0]?.attributes;
  };
  expect(await attributes(50)).toEqual({ ids: ids(50).join(' ') });
  expect(await attributes(52)).toEqual({ ids: `${ids(50).join(' ')} and 2 more` });
});

test('a discard takes ids, or a reason up to an id, and is in the audit where it took any', async () => {
  const { call, done, audit, scopes } = staged([], 1);
  expect(await call('discardDeadLetters', { ids: [3, 4] })).toEqual({ discarded: 1 });
  expect(await call('discardDeadLetters', { reason: 'bad_name', upToId: 7 })).toEqual({ discarded: 1 });
  expect(done).toEqual([
    ['remove', [3, 4]],
    ['purge', 'bad_name', 7],
  ]);
  expect(audit.map(({ text }) => text)).toEqual(['1 dead letter discarded: 3 4', '1 dead letter discarded: all of bad_name up to 7']);
  expect(scopes).toEqual(['write', 'write']);
  const nothing = staged([], 0);
  expect(await nothing.call('discardDeadLetters', { ids: [3] })).toEqual({ discarded: 0 });
  expect(nothing.audit).toEqual([]);
});

test.each([
  [{}, 'no letters are named: give their ids, or a reason with up_to_id'],
  [{ reason: 'bad_name' }, 'up_to_id is missing: all of bad_name would take letters that nobody has seen'],
  [{ ids: [1], reason: 'bad_name' }, 'ids and a reason exclude each other'],
  [{ ids: [1], upToId: 1 }, 'ids and a reason exclude each other'],
  [{ reason: 'bad name', upToId: 1 }, 'reason is "bad name"'],
  [{ ids: Array.from({ length: 10_001 }, (_, i) => i + 1) }, '10001 ids are given: at most 10000'],
])('a discard that names nothing for certain discards nothing (case %#)', async (request, words) => {
  const { call, done } = staged([], 1);
  await expect(call('discardDeadLetters', request)).rejects.toMatchObject(says(words));
  expect(done).toEqual([]);
});

test('ten thousand letters are discarded in a call', async () => {
  expect(await staged([], 5).call('discardDeadLetters', { ids: Array.from({ length: 10_000 }, (_, i) => i + 1) })).toEqual({
    discarded: 5,
  });
});
