import { expect, it } from 'vitest';
import { auditSubject } from '../../core/common/streams.ts';
import type { AuditStreamFacts } from './audit-beginning.ts';
import { type AuditAnchor, AuditChain, type AuditKey, hashOf } from './audit-chain.ts';
import type { StoredAudit } from './audit-record.ts';
import { AuditExamination, type LiveChain } from './audit-verdict.ts';

const KEY: AuditKey = { id: 'k', secret: new Uint8Array(32).fill(7) };
const DAY_MS = 86_400_000;
const KEPT_MS = 400 * DAY_MS;
/** When the records are written that say nothing else. */
const WRITTEN_MS = 1_800_000_000_000;
const NOTHING: AuditAnchor = { seq: 0, hash: '' };

function record(text: string, gateway = 'gateway-1', timeMs = WRITTEN_MS): StoredAudit {
  return { timeMs, gateway, kind: 'token', caller: 'anna', text, outcome: 'ok', nodeId: '', attributes: { ü: '\ud800', 7: 'x' } };
}

function begun(after: AuditAnchor | undefined = NOTHING): AuditChain {
  const chain = new AuditChain(KEY);
  if (after !== undefined) chain.startAfter(after);
  return chain;
}

/** So many records of a gateway's chain. */
function written(count: number, chain = begun(), gateway = 'gateway-1', timeMs = WRITTEN_MS): Buffer[] {
  return Array.from({ length: count }, (_, i) => chain.next(record(`record ${i + 1}`, gateway, timeMs)).bytes);
}

function liveOf(chain: AuditChain, stored: number, through = stored): LiveChain {
  return { id: chain.id, stored, storedMs: WRITTEN_MS, through };
}

interface Staged extends Partial<AuditStreamFacts> {
  live?: LiveChain;
  key?: AuditKey;
  /** Where the reading began, if older records left meanwhile. */
  readFrom?: number;
  unread?: string;
  takenMs?: number;
  subject?: string;
}

/** `undefined` stands for a number of the stream that holds nothing any more. */
function examined(stream: readonly (Buffer | undefined)[], staged: Staged = {}) {
  const { firstSeq = 1, readFrom = firstSeq, live, key = KEY, takenMs = WRITTEN_MS, subject = auditSubject('') } = staged;
  const examination = new AuditExamination(key, live);
  for (const [i, data] of stream.entries()) if (data !== undefined) examination.add({ seq: readFrom + i, subject, data, takenMs });
  for (const anchor of examination.anchors) {
    const found = stream[anchor.seq - readFrom];
    examination.anchorFound(anchor, found === undefined ? undefined : hashOf(found));
  }
  if (staged.unread !== undefined) examination.unread(staged.unread);
  const { isFull = false, nowMs = WRITTEN_MS + DAY_MS } = staged;
  return examination.finish({ firstSeq, isFull, keptMs: KEPT_MS, nowMs });
}

it('finds whole what two gateways wrote at once, in whatever order it came, and what came twice', () => {
  const [a, b] = [written(200), written(3, begun(), 'gateway-2')];
  const stream = [...a.slice(0, 10), ...a.slice(10, 60).reverse(), ...a.slice(60), ...b];
  stream.push(stream[5] as Buffer);
  const counts = { records: 204, chains: 2, unchained: 0, brokenAt: 0 };
  expect(examined(stream)).toEqual({ verdict: 'whole', ...counts, problems: [], beginning: '' });
});

it.each([
  ['a word', (text: string) => text.replace('record 5"', 'record 6"')],
  ['its time', (text: string) => text.replace(`"timeMs":${WRITTEN_MS}`, '"timeMs":2')],
  ['its place', (text: string) => text.replace('"n":5', '"n":6')],
  ['the time before it', (text: string) => text.replace(`"prevMs":${WRITTEN_MS}`, '"prevMs":2')],
  ['its sense', () => 'nonsense'],
])('finds a record that had %s altered', (_, alter) => {
  const stream = written(10);
  stream[4] = Buffer.from(alter(stream[4]?.toString() ?? ''));
  expect(examined(stream)).toMatchObject({ verdict: 'broken', brokenAt: 5 });
});

it('finds a record that was put under another node', () => {
  expect(examined(written(1), { subject: 'muster.audit.web-1' })).toMatchObject({
    ...{ verdict: 'broken', brokenAt: 1, problems: ['record 1 was moved to another node'] },
  });
});

it('finds a record that is missing, in the middle and at the beginning', () => {
  const middle: (Buffer | undefined)[] = written(200);
  middle[49] = undefined;
  expect(examined(middle)).toMatchObject({
    ...{ verdict: 'broken', brokenAt: 51 },
    problems: ['1 record of gateway-1 is missing before record 51'],
  });
  const begin: (Buffer | undefined)[] = written(100);
  begin[0] = undefined;
  expect(examined(begin)).toMatchObject({ verdict: 'broken', brokenAt: 2 });
});

it('calls nothing missing where not all was read, and altered what was', () => {
  const stream: (Buffer | undefined)[] = written(200);
  stream[49] = undefined;
  const unread = 'only some records were read';
  expect(examined(stream, { unread })).toMatchObject({
    ...{ verdict: 'unknown', brokenAt: 0, problems: ['1 record of gateway-1 was not seen before record 51', unread] },
  });
  stream[9] = Buffer.from('nonsense');
  expect(examined(stream, { unread })).toMatchObject({ verdict: 'broken', brokenAt: 10 });
  const chain = begun();
  expect(examined(written(3, chain), { unread, live: liveOf(chain, 5) })).toMatchObject({ verdict: 'unknown' });
});

it('does not know of a hole among the last ones of a chain, the first one too: a killed gateway leaves such', () => {
  for (const [length, hole] of [
    [100, 97],
    [10, 0],
    [10, 5],
  ] as const) {
    const chain = begun();
    const stream: (Buffer | undefined)[] = written(length, chain);
    stream[hole] = undefined;
    const problems = [expect.stringContaining('was killed')];
    expect(examined(stream)).toMatchObject({ verdict: 'unknown', brokenAt: 0, problems });
    // The gateway that runs knows what it was told to be stored.
    expect(examined(stream, { live: liveOf(chain, length) }).verdict).toBe('broken');
    expect(examined(stream, { live: liveOf(chain, length, hole) }).verdict).toBe('unknown');
  }
});

it('misses the newest records: of its own, and of a chain before another began', () => {
  const chain = begun();
  const stream = written(10, chain);
  expect(examined(stream.slice(0, 8), { live: liveOf(chain, 10) })).toMatchObject({
    ...{ verdict: 'broken', brokenAt: 8 },
    problems: ['2 records that this gateway wrote are missing after record 8'],
  });
  expect(examined(stream, { live: liveOf(chain, 10) }).verdict).toBe('whole');
  const next = begun({ seq: 10, hash: hashOf(stream[9] as Buffer), timeMs: WRITTEN_MS });
  const both: (Buffer | undefined)[] = [...stream, ...written(2, next, 'gateway-2')];
  expect(examined(both).verdict).toBe('whole');
  both[9] = undefined;
  expect(examined(both)).toMatchObject({
    ...{ verdict: 'broken', brokenAt: 10 },
    problems: ['record 10, the newest when gateway-2 started, is missing'],
  });
  both[9] = stream[8];
  expect(examined(both)).toMatchObject({ verdict: 'broken', problems: expect.arrayContaining([expect.stringMatching(/is altered$/)]) });
});

it('tells whether the beginning left by age or by size, or was cut off, or that this is not known', () => {
  const later = { nowMs: WRITTEN_MS + KEPT_MS + DAY_MS };
  const left = 'the records before record 4 are not available: they left by age, after 400 days';
  const rest = written(10).slice(3);
  expect(examined(rest, { firstSeq: 4, ...later })).toMatchObject({ verdict: 'whole', records: 7, problems: [], beginning: left });
  const long = written(100).slice(3);
  expect(examined(long, { firstSeq: 4 })).toMatchObject({
    ...{ verdict: 'broken', brokenAt: 4, beginning: '', problems: [expect.stringContaining('they were removed')] },
  });
  expect(examined(long, { firstSeq: 4, isFull: true })).toMatchObject({ verdict: 'whole', beginning: expect.stringContaining('is full') });
  // One of the first that a gateway wrote may have been lost with it.
  expect(examined(rest, { firstSeq: 4 })).toMatchObject({ verdict: 'unknown' });
  // The gateway's clock was a day ahead: what it says of the time before is not known.
  expect(examined(long, { firstSeq: 4, takenMs: WRITTEN_MS - DAY_MS })).toMatchObject({
    ...{ verdict: 'unknown', problems: [expect.stringContaining('is not known')] },
  });
  // Nobody knows of a record there.
  expect(examined(written(3), { firstSeq: 4 })).toMatchObject({ verdict: 'unknown' });
});

it('tells by the record that a chain began after how old the beginning was that is gone', () => {
  const stream = written(3, begun({ seq: 10, hash: 'h', timeMs: WRITTEN_MS }));
  expect(examined(stream, { firstSeq: 11 })).toMatchObject({ verdict: 'broken', brokenAt: 11 });
  expect(examined(stream, { firstSeq: 11, nowMs: WRITTEN_MS + KEPT_MS })).toMatchObject({ verdict: 'whole' });
  const older = written(3, begun({ seq: 10, hash: 'h' }));
  expect(examined(older, { firstSeq: 11 })).toMatchObject({ verdict: 'unknown' });
});

it('does not take an idle gateway whose records grew old for one that misses them, nor what leaves while it reads', () => {
  const idle = begun();
  written(5, idle);
  const other = written(80, begun({ seq: 9, hash: 'h', timeMs: WRITTEN_MS }), 'gateway-2', WRITTEN_MS + 2 * DAY_MS);
  const later = { nowMs: WRITTEN_MS + KEPT_MS + DAY_MS };
  expect(examined(other, { firstSeq: 10, live: liveOf(idle, 5), ...later })).toMatchObject({ verdict: 'whole', problems: [] });
  expect(examined(other, { firstSeq: 10, live: liveOf(idle, 5) })).toMatchObject({ verdict: 'broken' });
  expect(examined(other, { firstSeq: 1, readFrom: 10, live: liveOf(idle, 5), ...later })).toMatchObject({ verdict: 'broken' });
  // The anchor went after the reading began: it was asked for in vain.
  const begin = written(4);
  const next = written(80, begun({ seq: 4, hash: hashOf(begin[3] as Buffer), timeMs: WRITTEN_MS }), 'gateway-2');
  expect(examined([...begin.slice(0, 3), undefined, ...next], { firstSeq: 5, readFrom: 1, ...later })).toMatchObject({ verdict: 'whole' });
});

it('says where a gateway did not know what it began after', () => {
  const problems = [expect.stringContaining('did not know the newest record')];
  expect(examined(written(3, new AuditChain(KEY)))).toMatchObject({ verdict: 'unknown', problems });
});

it('cannot tell of records without a chain, or of another key, and says so', () => {
  const bare = Buffer.from(JSON.stringify(record('of an older version')));
  expect(examined([bare, ...written(3)])).toMatchObject({ verdict: 'whole', unchained: 1 });
  expect(examined([...written(3), bare])).toMatchObject({ verdict: 'unknown', unchained: 1 });
  expect(examined([bare])).toMatchObject({ verdict: 'unknown', problems: ['no record has a chain that can be checked'] });
  expect(examined([])).toMatchObject({ verdict: 'unknown' });
  const other = { id: 'other', secret: new Uint8Array(32) };
  expect(examined([...written(3), ...written(3, new AuditChain(other))]).verdict).toBe('unknown');
});
