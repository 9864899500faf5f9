// Dead letters on a real path: shown with what they hold, sent again as they are or edited, back with their history, thrown away.
import { randomBytes } from 'node:crypto';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRequestArguments } from '../../console/common/arguments.ts';
import type { ChosenLetters } from '../../console/common/dead-letter.ts';
import { deadLetterRequests } from '../../console/host/dead-letters.ts';
import { DEAD_LETTER_STREAM, deadLetterSubject, telemetrySubject } from '../../core/common/streams.ts';
import { encodeBatch, encodeEnvelope } from '../../proto/batch-codec.ts';
import { FleetClient } from '../../proto/client/fleet-client.ts';
import type {
  DeadLetter,
  DiscardDeadLettersResponse,
  ListDeadLettersResponse,
  ReplayDeadLettersResponse,
  VerifyResponse,
} from '../../proto/gen/messages.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { envelope, frame, plainFrame, type SentBatch, startEtl } from './etl-setup.ts';
import { type FleetFixture, OPERATOR_TOKEN, startFleet } from './fleet-fixture.ts';

let fleet: FleetFixture;
let etl: Server;
const seqs = new Map<string, number>();

beforeAll(async () => {
  fleet = await startFleet();
  etl = await startEtl(fleet.nats, fleet.questdb.httpUrl, fleet.questdb, 'etl');
});
afterAll(async () => {
  await etl?.stop();
  await fleet?.stop();
});

const nowUs = (): number => Date.now() * 1000;
const publish = (bytes: Buffer) => fleet.connection.jetstream().publish(telemetrySubject(0), bytes);
const send = (sent: Omit<SentBatch, 'seq'>) => {
  const seq = (seqs.get(sent.nodeId ?? '') ?? 0) + 1;
  seqs.set(sent.nodeId ?? '', seq);
  return publish(envelope({ seq, ...sent }));
};
const list = (reason = '', more = {}) =>
  fleet.call<ListDeadLettersResponse>('listDeadLetters', { limit: 1000, reason, beforeId: 0, ...more });
const get = (id: number) => fleet.call<DeadLetter>('getDeadLetter', { id });
const replay = (request: object) =>
  fleet.call<ReplayDeadLettersResponse>('replayDeadLetters', {
    ids: [],
    reason: '',
    editedRow: '',
    measurement: '',
    upToId: 0,
    ...request,
  });
const discard = (request: object) =>
  fleet.call<DiscardDeadLettersResponse>('discardDeadLetters', { ids: [], reason: '', upToId: 0, ...request });
const count = async (table: string): Promise<number> =>
  Number((await fleet.questdb.sql(`SELECT count() FROM ${table}`).catch(() => [[0]]))[0]?.[0]);
const stored = (table: string, rows: number) => until(`${rows} rows in ${table}`, async () => (await count(table)) === rows);
const letterOf = (test: (letter: DeadLetter) => boolean) => until('the letter is there', async () => (await list()).deadLetters.find(test));
const isClean = async (): Promise<void> => {
  const { lost, doubled, missingRows, holes } = await fleet.call<VerifyResponse>('verify', { nodeId: '', waitMs: 10_000 });
  expect({ lost, doubled, missingRows, holes }).toEqual({ lost: 0, doubled: 0, missingRows: 0, holes: [] });
};

describe('a row', () => {
  it('is edited and stored, its letter is gone, the audit knows, and the ledger agrees', async () => {
    const time = nowUs();
    const rows: [number, string, number][] = [
      [Math.floor(time / 1e6), 'late', 7],
      [time, 'good', 1],
    ];
    await send({ frames: [frame('edited', ['a'], rows)] });
    await stored('edited', 1);
    const { id } = await letterOf(({ measurement }) => measurement === 'edited');
    expect(await get(id)).toMatchObject({ reason: 'time_in_seconds', tags: ['tag'], textFields: [], history: [], nodeId: 'node-1' });
    const edit = (row: object | string, more = {}) =>
      replay({ ids: [id], editedRow: typeof row === 'string' ? row : JSON.stringify(row), ...more });
    const good = { timestamp: new Date(time / 1000).toISOString(), tag: 'late', a: 7 };
    await expect(edit('{"a":')).rejects.toThrow('the row is not JSON');
    await expect(edit('[1]')).rejects.toThrow('the row is [1]: an object of columns is needed');
    await expect(edit({ ...good, timestamp: 1_700_000_000 })).rejects.toThrow('is in seconds, microseconds are expected');
    await expect(edit({ ...good, timestamp: '2026-11-23 08:15' })).rejects.toThrow('with its zone');
    await expect(edit({ ...good, a: 'seven' })).rejects.toThrow('field a is "seven": a finite number, or null for none, is needed');
    await expect(edit({ ...good, tag: 5 })).rejects.toThrow('tag tag is 5: a text');
    await expect(edit({ ...good, 'Bad-Name': 5 })).rejects.toThrow('"Bad-Name" is not a name');
    await expect(edit({ timestamp: good.timestamp, tag: 'late' })).rejects.toThrow('the row has no field');
    await expect(edit(good, { measurement: 'deliveries' })).rejects.toThrow("deliveries is a name of Muster's own tables");
    await expect(edit(good, { ids: [id, id + 1] })).rejects.toThrow('an edited row is for one letter');
    expect(await edit(good)).toEqual({ replayed: 1, problems: [] });
    await stored('edited', 2);
    await expect(get(id)).rejects.toThrow(`there is no dead letter ${id}`);
    expect(fleet.audited.at(-1)).toMatchObject({
      kind: 'dead_letters',
      text: '1 dead letter replayed, edited: 1 time_in_seconds',
      nodeId: 'node-1',
    });
    await isClean();
  });

  it('that fails again comes back with its history, each time it is sent', async () => {
    await send({ frames: [frame('endless', ['a', 'b'], [[nowUs(), 'x', Number.POSITIVE_INFINITY, 1]])] });
    const first = await letterOf(({ measurement }) => measurement === 'endless');
    expect(await replay({ ids: [first.id] })).toEqual({ replayed: 1, problems: [] });
    const second = await letterOf(({ measurement, id }) => measurement === 'endless' && id > first.id);
    expect(await replay({ ids: [second.id] })).toEqual({ replayed: 1, problems: [] });
    const third = await letterOf(({ measurement, id }) => measurement === 'endless' && id > second.id);
    expect(third).toMatchObject({ reason: 'not_finite', row: first.row, tags: first.tags });
    const { history } = await get(third.id);
    expect(history.map(({ id, reason }) => [id, reason])).toEqual([
      [first.id, 'not_finite'],
      [second.id, 'not_finite'],
    ]);
    const row = { ...JSON.parse(third.row), a: 1e300 };
    expect(await replay({ ids: [third.id], editedRow: JSON.stringify(row) })).toEqual({ replayed: 1, problems: [] });
    await stored('endless', 1);
  });

  it('of a wrong name is sent to another measurement; a text field stays one', async () => {
    const note = { ...frame('Bad-Name', ['a'], [[nowUs(), 'x', 1]]), textFields: ['note'], texts: ['é "quoted"'] };
    await send({ frames: [note] });
    const { id, row, textFields } = await letterOf(({ measurement }) => measurement === 'Bad-Name');
    expect(textFields).toEqual(['note']);
    expect(await replay({ ids: [id], measurement: 'good_name' })).toEqual({ replayed: 1, problems: [] });
    await stored('good_name', 1);
    expect(await fleet.questdb.sql('SELECT tag, a, note FROM good_name')).toEqual([['x', 1, JSON.parse(row).note]]);
  });
});

describe('bytes', () => {
  it('of a message that cannot be decoded are sent as they were and come back with their history', async () => {
    const junk = randomBytes(200);
    junk[0] = 0x0f;
    await publish(junk);
    const first = await letterOf(({ raw }) => Buffer.from(raw).equals(junk));
    expect(JSON.parse((await get(first.id)).decoded)).toEqual([
      { frames: [], events: 0, problems: [expect.stringMatching(/wire type|byte/)] },
    ]);
    expect(await replay({ ids: [first.id] })).toEqual({ replayed: 1, problems: [] });
    const second = await letterOf(({ raw, id }) => id > first.id && Buffer.from(raw).equals(junk));
    expect((await get(second.id)).history).toMatchObject([{ id: first.id, reason: 'malformed' }]);
    await expect(replay({ ids: [second.id], editedRow: '{}' })).rejects.toThrow('only a row can be edited');
    expect(await discard({ ids: [second.id, second.id] })).toEqual({ discarded: 1 });
  });

  it('of a batch with a broken frame are shown as far as they can be read', async () => {
    const epoch = randomBytes(16);
    const good = encodeBatch({ epoch, seq: 9, createdUs: nowUs(), frames: [plainFrame('readable', 20)], events: [], dropped: [] });
    // Field 4, a frame of three bytes that claims a longer name.
    const batch = Buffer.concat([good, Buffer.from([0x22, 3, 0x0a, 9, 65])]);
    await publish(encodeEnvelope([{ nodeId: 'node-1', receivedUs: nowUs(), gateway: 'g', batch, epoch, seq: 1, skewUs: 0 }]));
    const { id } = await letterOf((letter) => letter.epoch === epoch.toString('hex'));
    const [description] = JSON.parse((await get(id)).decoded);
    expect(description).toMatchObject({ seq: 9, frames: [{ measurement: 'readable', rows: 20, fields: ['a', 'b'] }] });
    expect(description.frames[0].firstRows).toHaveLength(5);
    expect(description.problems).toEqual([expect.stringContaining('claims 9 bytes')]);
  });

  it('of batches that were set aside for a clock are sent again together, by their reason', async () => {
    for (let i = 0; i < 5; i++) await send({ nodeId: 'skewed', skewUs: 90_000_000_000, frames: [plainFrame('skewed', 100, i * 100)] });
    await until('five letters', async () => (await list()).byReason['clock_skew'] === 5);
    expect(await count('skewed')).toBe(0);
    const newest = (await list('clock_skew')).deadLetters[0]?.id ?? 0;
    expect(await replay({ reason: 'clock_skew', upToId: newest })).toEqual({ replayed: 5, problems: [] });
    await stored('skewed', 500);
    expect((await list()).byReason['clock_skew']).toBeUndefined();
    expect(fleet.audited.at(-1)).toMatchObject({ text: '5 dead letters replayed: 5 clock_skew', nodeId: 'skewed' });
    await isClean();
  });
});

it('of a batch of which most rows were stored are sent again without anything doubled', async () => {
  const rows = plainFrame('mostly', 400);
  for (let i = 0; i < 150; i++) rows.timeUs[i] = 0;
  await send({ nodeId: 'mostly', frames: [rows] });
  await stored('mostly', 250);
  const { id } = await letterOf(({ nodeId, raw }) => nodeId === 'mostly' && raw.length > 0);
  expect(await replay({ ids: [id] })).toEqual({ replayed: 1, problems: [] });
  await letterOf(({ nodeId, raw, history }) => nodeId === 'mostly' && raw.length > 0 && history.length === 1);
  expect(await count('mostly')).toBe(250);
  await isClean();
});

it('are listed page by page, and thrown away by reason', async () => {
  const all = (await list('time_missing')).deadLetters.map(({ id }) => id);
  expect(all.length).toBeGreaterThan(200);
  const paged: number[] = [];
  for (let beforeId = 0; ; ) {
    const page = await list('time_missing', { limit: 70, beforeId });
    paged.push(...page.deadLetters.map(({ id }) => id));
    beforeId = page.nextBeforeId;
    if (beforeId === 0) break;
  }
  expect(paged).toEqual(all);
  const newest = Math.max(...all);
  expect(await discard({ reason: 'time_missing', upToId: newest })).toEqual({ discarded: all.length });
  expect((await list('time_missing')).deadLetters).toEqual([]);
  expect(fleet.audited.at(-1)).toMatchObject({ text: `${all.length} dead letters discarded: all of time_missing up to ${newest}` });
});

it('name what is wrong with a request', async () => {
  await expect(replay({})).rejects.toThrow('no letters are named: give their ids, or a reason with up_to_id');
  await expect(discard({ reason: 'malformed' })).rejects.toThrow(
    'up_to_id is missing: all of malformed would take letters that nobody has seen',
  );
  await expect(replay({ reason: 'malformed' })).rejects.toThrow('up_to_id is missing');
  await expect(discard({ ids: [1], upToId: 5 })).rejects.toThrow('exclude each other');
  await expect(discard({})).rejects.toThrow('no letters are named');
  await expect(replay({ ids: [1], reason: 'malformed' })).rejects.toThrow('exclude each other');
  await expect(replay({ reason: 'x.>' })).rejects.toThrow('a word like not_finite is needed');
  expect(await replay({ ids: [4_000_000] })).toEqual({
    replayed: 0,
    problems: ['letter 4000000: it was replayed, discarded, or never there'],
  });
  await expect(get(4_000_000)).rejects.toThrow('NOT_FOUND');
});

describe('from the console', () => {
  let client: Client;
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${OPERATOR_TOKEN}`);
  const requests = deadLetterRequests(() => new FleetClient({ client, metadata }));
  beforeAll(() => {
    client = new Client(fleet.address, credentials.createInsecure());
  });
  afterAll(() => client?.close());
  const setAside = async (reason: string, count: number): Promise<number[]> => {
    const letters = Array.from({ length: count }, (_, row) =>
      fleet.admin.jetstream().publish(deadLetterSubject(reason), JSON.stringify({ nodeId: 'n', row: { timestamp: nowUs(), v: row } })),
    );
    return (await Promise.all(letters)).map(({ seq }) => seq);
  };
  const left = async (reason: string): Promise<number[]> => (await list(reason)).deadLetters.map(({ id }) => id).sort((a, b) => a - b);
  const discardChosen = (given: ChosenLetters) =>
    requests.discardDeadLetters(parseRequestArguments('discardDeadLetters', { chosen: given }));

  it('three ticked letters are discarded, these and no others, though the list has moved on', async () => {
    const ids = await setAside('not_finite', 6);
    const ticked = ids.slice(0, 3);
    const more = await setAside('not_finite', 300);
    expect(await discardChosen({ ids: ticked })).toEqual({ discarded: 3 });
    expect(await left('not_finite')).toEqual([...ids.slice(3), ...more].sort((a, b) => a - b));
    expect(fleet.audited.at(-1)).toMatchObject({
      text: `3 dead letters discarded: ${ticked.join(' ')}`,
      attributes: { ids: ticked.join(' ') },
    });
  });

  it('a reason ends at the newest letter that was shown: what comes while the question is open stays', async () => {
    const page = await requests.listDeadLetters({ reason: 'not_finite', limit: 200, beforeId: 0 });
    const question = { reason: 'not_finite', upToId: page.letters[0]?.id ?? 0 };
    expect(page.byReason['not_finite']).toBe(303);
    const late = await setAside('not_finite', 4);
    expect(await discardChosen(question)).toEqual({ discarded: 303 });
    expect(await left('not_finite')).toEqual(late);
  });

  it('ticked letters and a reason are replayed as they were chosen', async () => {
    const page = await requests.listDeadLetters({ reason: 'not_finite', limit: 200, beforeId: 0 });
    const [newest = 0, second = 0] = page.letters.map(({ id }) => id);
    const replayChosen = (given: ChosenLetters) =>
      requests.replayDeadLetters(parseRequestArguments('replayDeadLetters', { chosen: given, editedRow: '', measurement: '' }));
    expect(await replayChosen({ ids: [newest] })).toEqual({ replayed: 1, problems: [] });
    const late = await setAside('not_finite', 2);
    expect(await replayChosen({ reason: 'not_finite', upToId: second })).toEqual({ replayed: 3, problems: [] });
    expect(await left('not_finite')).toEqual(late);
    await (await fleet.admin.jetstreamManager()).streams.purge(DEAD_LETTER_STREAM);
  });
});
