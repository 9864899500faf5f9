import type { MsgHdrs, NatsConnection } from 'nats';
import { expect, test } from 'vitest';
import { decodeHistories, REPLAY_HEADER, replayedLetter } from '../../../core/common/replay.ts';
import { decodeBatch, decodeEnvelope, encodeBatch } from '../../../proto/batch-codec.ts';
import type { ReplayDeadLettersRequest } from '../../../proto/gen/messages.ts';
import { DeadLetterReplay } from './dead-letter-replay.ts';
import type { DeadLetterStore, StoredLetter } from './dead-letter-store.ts';

const NOW_MS = 1_767_225_600_000;
const WINDOW = { oldestUs: 0, newestUs: NOW_MS * 1000 };

const letter = (id: number, given: Partial<StoredLetter> = {}): StoredLetter => ({
  ...{ id, timeMs: 5000, reason: 'not_finite', detail: 'busy', nodeId: 'n', epoch: 'ab', seq: 3, measurement: 'cpu', history: [] },
  ...{ tags: ['core'], textFields: [], row: { timestamp: NOW_MS * 1000 - 5, core: '0', busy: 5 } },
  ...given,
});
const bytes = (given: Partial<StoredLetter> & { raw: Buffer }, id = 1): StoredLetter => {
  const { row: _, ...rest } = letter(id);
  return { ...rest, ...given };
};

interface Sent {
  subject: string;
  payload: Buffer;
  msgID: string;
  headers: MsgHdrs;
}

function staged(letters: StoredLetter[]) {
  const done: string[] = [];
  const sent: Sent[] = [];
  const stream = { takes: Number.POSITIVE_INFINITY };
  const publish = async (subject: string, payload: Uint8Array, { msgID, headers }: { msgID: string; headers: MsgHdrs }): Promise<void> => {
    if (sent.length >= stream.takes) throw new Error('maximum bytes exceeded');
    await Promise.resolve();
    sent.push({ subject, payload: Buffer.from(payload), msgID, headers });
    done.push('published');
  };
  const store = {
    find: async (ids: readonly number[]) => letters.filter(({ id }) => ids.includes(id)),
    ofReason: async (reason: string, upToId: number, limit: number) => {
      done.push(`all ${reason} to ${upToId}, ${limit} at most`);
      return letters;
    },
    remove: async (ids: readonly number[]) => {
      done.push(`removed ${ids.join()}`);
      return ids.length;
    },
  } as unknown as DeadLetterStore;
  const replayer = new DeadLetterReplay({
    ...{ store, now: () => NOW_MS, storeWindow: { window: async () => WINDOW } },
    connection: { jetstream: () => ({ publish }) } as unknown as NatsConnection,
  });
  const replay = (request: Partial<ReplayDeadLettersRequest>) =>
    replayer.replay({ ids: [], reason: '', upToId: 0, editedRow: '', measurement: '', ...request } as ReplayDeadLettersRequest);
  return { replay, done, sent, stream };
}

test('a row becomes a batch of its own, and its letter goes once the stream has it', async () => {
  const { replay, done, sent } = staged([letter(7)]);
  const { response, letters } = await replay({ ids: [7] });
  expect([response, letters.map(({ id }) => id)]).toEqual([{ replayed: 1, problems: [] }, [7]]);
  expect(done).toEqual(['published', 'removed 7']);
  const [message] = sent;
  expect(message?.subject).toBe('muster.telemetry.0');
  const [delivery] = decodeEnvelope(message?.payload as Buffer);
  expect(delivery).toMatchObject({ nodeId: 'n', receivedUs: NOW_MS * 1000, gateway: 'replay', seq: 1, skewUs: 0 });
  expect(replayedLetter(Buffer.from(delivery?.epoch as Uint8Array).toString('hex'))).toBe(7);
  const batch = decodeBatch(Buffer.from(delivery?.batch as Uint8Array));
  expect(batch).toMatchObject({ seq: 1, createdUs: 5_000_000, events: [], dropped: [] });
  expect(batch.frames.map(({ measurement, fields, values }) => [measurement, fields, [...values]])).toEqual([['cpu', ['busy'], [5]]]);
});

test('with the message go the lives of its letters', async () => {
  const before = { id: 2, timeMs: 1, reason: 'bad_name', detail: 'é' };
  const { replay, sent } = staged([letter(7, { history: [before] }), letter(8)]);
  await replay({ ids: [7, 8] });
  const now = (id: number) => ({ id, timeMs: 5000, reason: 'not_finite', detail: 'busy' });
  expect(decodeHistories(sent[0]?.headers.get(REPLAY_HEADER) as string)).toEqual({ 7: [before, now(7)], 8: [now(8)] });
});

test('the same letters with the same content have the same message id, others have another', async () => {
  const id = async (...letters: StoredLetter[]): Promise<string> => {
    const { replay, sent } = staged(letters);
    await replay({ reason: 'not_finite', upToId: 9 });
    return sent[0]?.msgID as string;
  };
  const one = await id(letter(7));
  expect(one).toMatch(/^replay-[0-9a-f]{64}$/);
  expect(await id(letter(7))).toBe(one);
  expect(await id(letter(8))).not.toBe(one);
  expect(await id(letter(7, { row: { timestamp: 5, core: '0', busy: 6 } }))).not.toBe(one);
  expect(await id(letter(7), letter(8))).not.toBe(one);
});

test('a batch that was set aside is sent as it is, but for what it told of drops', async () => {
  const content = { epoch: new Uint8Array(16), seq: 9, createdUs: 4, frames: [], events: [] };
  const drop = { epoch: new Uint8Array(16), firstSeq: 1, lastSeq: 2, rows: 3, reason: 'full' };
  const { replay, sent } = staged([bytes({ raw: encodeBatch({ ...content, dropped: [drop] }) })]);
  await replay({ ids: [1] });
  const [delivery] = decodeEnvelope(sent[0]?.payload as Buffer);
  expect(decodeBatch(Buffer.from(delivery?.batch as Uint8Array))).toMatchObject({ seq: 9, createdUs: 4, dropped: [] });
});

test('a message that could not be read is sent as it was, by itself', async () => {
  const raw = Buffer.from('no envelope');
  const { replay, sent, done } = staged([letter(1), bytes({ raw, epoch: '' }, 2), letter(3)]);
  expect((await replay({ ids: [1, 2, 3] })).response.replayed).toBe(3);
  expect(sent.map(({ payload }) => (payload.equals(raw) ? 'as it was' : decodeEnvelope(payload).length))).toEqual([2, 'as it was']);
  expect(done).toEqual(['published', 'removed 1,3', 'published', 'removed 2']);
});

test('an event is an event again; a row of a measurement with that name is a row', async () => {
  const { tags: _, ...event } = letter(1, { measurement: 'events', row: { timeUs: 5, kind: 'boot', text: 'started' } });
  const { replay, sent } = staged([event as StoredLetter]);
  await replay({ ids: [1] });
  const [delivery] = decodeEnvelope(sent[0]?.payload as Buffer);
  expect(decodeBatch(Buffer.from(delivery?.batch as Uint8Array))).toMatchObject({ frames: [], events: [{ kind: 'boot', timeUs: 5 }] });
  const row = staged([letter(1, { measurement: 'events' })]);
  await row.replay({ ids: [1] });
  const [other] = decodeEnvelope(row.sent[0]?.payload as Buffer);
  expect(decodeBatch(Buffer.from(other?.batch as Uint8Array))).toMatchObject({ frames: [{ measurement: 'events' }], events: [] });
});

test('an edit is for one row alone', async () => {
  const edited = JSON.stringify({ timestamp: NOW_MS * 1000 - 5, core: '0', busy: 6 });
  const { replay, sent } = staged([letter(1), letter(2)]);
  await replay({ ids: [1], editedRow: edited });
  const [delivery] = decodeEnvelope(sent[0]?.payload as Buffer);
  expect([...(decodeBatch(Buffer.from(delivery?.batch as Uint8Array)).frames[0]?.values ?? [])]).toEqual([6]);
  await expect(replay({ ids: [1, 2], editedRow: edited })).rejects.toThrow('an edited row is for one letter: give its id alone');
  await expect(replay({ ids: [1, 2], measurement: 'memory' })).rejects.toThrow('an edited row is for one letter');
  await expect(replay({ ids: [1], editedRow: '{' })).rejects.toThrow('the row is not JSON');
  expect(sent).toHaveLength(1);
});

test('neither a batch nor an event can be edited', async () => {
  const batch = staged([bytes({ raw: Buffer.from('x') })]);
  await expect(batch.replay({ ids: [1], measurement: 'memory' })).rejects.toThrow(
    'letter 1 is a whole batch or message: only a row can be edited',
  );
  const { tags: _, ...event } = letter(1, { measurement: 'events', row: { timeUs: 5, kind: 'boot', text: 'started' } });
  await expect(staged([event as StoredLetter]).replay({ ids: [1], measurement: 'memory' })).rejects.toThrow('letter 1 is an event');
  expect(batch.sent).toEqual([]);
});

test('a letter that cannot be sent, and one that is not there, are told, and the others go', async () => {
  const { row: _, ...empty } = letter(2);
  const { replay, done } = staged([letter(1), empty as StoredLetter, letter(4)]);
  expect((await replay({ ids: [1, 2, 3, 4] })).response).toEqual({
    ...{ replayed: 2, problems: ['letter 3: it was replayed, discarded, or never there', 'letter 2: it holds neither a row nor bytes'] },
  });
  expect(done).toEqual(['published', 'removed 1,4']);
});

test('a hundred problems are named, and the rest counted', async () => {
  const broken = (count: number): StoredLetter[] =>
    Array.from({ length: count }, (_, i) => ({ ...letter(i + 1), row: undefined }) as unknown as StoredLetter);
  const problems = async (count: number): Promise<string[]> =>
    (await staged(broken(count)).replay({ reason: 'a', upToId: 999 })).response.problems;
  expect(await problems(100)).toHaveLength(100);
  const more = await problems(102);
  expect([more.length, more.at(-1)]).toEqual([101, 'and 2 more']);
});

test('a stream that takes nothing is an error, and no letter is removed', async () => {
  const { replay, stream, done } = staged([letter(1)]);
  stream.takes = 0;
  await expect(replay({ ids: [1] })).rejects.toMatchObject({
    ...{ code: 'unavailable', message: expect.stringContaining('no letter was replayed, the stream does not take it: ') },
  });
  expect(done).toEqual([]);
});

test('a stream that takes no more leaves the other letters where they were', async () => {
  const many = Array.from({ length: 401 }, (_, i) => letter(i + 1));
  const { replay, stream, done } = staged(many);
  stream.takes = 1;
  const { response, letters } = await replay({ reason: 'not_finite', upToId: 999 });
  expect([response.replayed, letters.length]).toEqual([200, 200]);
  expect(response.problems).toEqual([expect.stringContaining('201 letters are where they were: the stream does not take it: ')]);
  expect(done.filter((words) => words.startsWith('removed'))).toHaveLength(1);
});

test('two hundred letters go in a message, fewer where they are large', async () => {
  const counts = async (letters: StoredLetter[]): Promise<number[]> => {
    const { replay, sent } = staged(letters);
    await replay({ reason: 'not_finite', upToId: 9999 });
    return sent.map(({ payload }) => decodeEnvelope(payload).length);
  };
  expect(await counts(Array.from({ length: 200 }, (_, i) => letter(i + 1)))).toEqual([200]);
  expect(await counts(Array.from({ length: 401 }, (_, i) => letter(i + 1)))).toEqual([200, 200, 1]);
  const half = Buffer.alloc(128 * 1024, 7);
  const raws = (sizes: number[]): StoredLetter[] => sizes.map((size, i) => bytes({ raw: Buffer.alloc(size, 7) }, i + 1));
  expect(await counts(raws([half.length, half.length, half.length]))).toEqual([2, 1]);
  expect(await counts(raws([half.length, half.length + 1, half.length]))).toEqual([1, 1, 1]);
  expect(await counts(raws([half.length - 1, half.length, 1, 1]))).toEqual([3, 1]);
});

test('letters of a reason are taken up to the id that was seen', async () => {
  const { replay, done } = staged([]);
  expect((await replay({ reason: 'not_finite', upToId: 9 })).response).toEqual({ replayed: 0, problems: [] });
  expect(done).toEqual([expect.stringMatching(/^all not_finite to 9, \d+ at most$/)]);
});
