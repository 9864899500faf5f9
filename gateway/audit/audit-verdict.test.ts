import { expect, it } from 'vitest';
import { AuditChain, type AuditKey, hashOf } from './audit-chain.ts';
import type { StoredAudit } from './audit-record.ts';
import { AuditExamination, type LiveChain } from './audit-verdict.ts';

const KEY: AuditKey = { id: 'k', secret: new Uint8Array(32).fill(7) };

function record(text: string, gateway = 'gateway-1'): StoredAudit {
  return { timeMs: 1, gateway, kind: 'token', caller: 'anna', text, outcome: 'ok', nodeId: '', attributes: { ü: '\ud800', 7: 'x' } };
}

/** So many records of a gateway's chain. */
function written(count: number, chain = new AuditChain(KEY), gateway = 'gateway-1'): Buffer[] {
  return Array.from({ length: count }, (_, i) => chain.next(record(`record ${i + 1}`, gateway)).bytes);
}

/** `undefined` stands for a number of the stream that holds nothing any more. */
function examined(
  stream: readonly (Buffer | undefined)[],
  { firstSeq = 1, live, key = KEY }: { firstSeq?: number; live?: LiveChain; key?: AuditKey } = {},
) {
  const examination = new AuditExamination(key, firstSeq);
  for (const [i, bytes] of stream.entries()) if (bytes !== undefined) examination.add(firstSeq + i, bytes);
  for (const anchor of examination.anchors) {
    const found = stream[anchor.seq - firstSeq];
    if (anchor.seq >= firstSeq && (found === undefined || hashOf(found) !== anchor.hash)) examination.anchorLost(anchor);
  }
  return examination.finish(live);
}

it('finds whole what two gateways wrote at once, in whatever order it came, and what came twice', () => {
  const [a, b] = [written(200), written(3, new AuditChain(KEY), 'gateway-2')];
  const stream = [...a.slice(0, 10), ...a.slice(10, 60).reverse(), ...a.slice(60), ...b];
  stream.push(stream[5] as Buffer);
  expect(examined(stream)).toEqual({ verdict: 'whole', records: 204, chains: 2, unchained: 0, brokenAt: 0, problems: [] });
});

it.each([
  ['a word', (text: string) => text.replace('record 5"', 'record 6"')],
  ['its time', (text: string) => text.replace('"timeMs":1', '"timeMs":2')],
  ['its place', (text: string) => text.replace('"n":5', '"n":6')],
  ['its sense', () => 'nonsense'],
])('finds a record that had %s altered', (_, alter) => {
  const stream = written(10);
  stream[4] = Buffer.from(alter(stream[4]?.toString() ?? ''));
  expect(examined(stream)).toMatchObject({ verdict: 'broken', brokenAt: 5 });
});

it('finds a record that is missing, in the middle and at the beginning', () => {
  const middle: (Buffer | undefined)[] = written(200);
  middle[49] = undefined;
  expect(examined(middle)).toMatchObject({
    ...{ verdict: 'broken', brokenAt: 51 },
    problems: ['1 records of gateway-1 are missing before record 51'],
  });
  const begin: (Buffer | undefined)[] = written(10);
  begin[0] = undefined;
  expect(examined(begin)).toMatchObject({ verdict: 'broken', brokenAt: 2 });
  // The oldest leave the stream by themselves.
  expect(examined(written(10).slice(3), { firstSeq: 4 })).toMatchObject({ verdict: 'whole', records: 7 });
});

it('does not know of a hole among the last ones of a chain: a killed gateway leaves such', () => {
  const stream: (Buffer | undefined)[] = written(100);
  stream[97] = undefined;
  expect(examined(stream)).toMatchObject({ verdict: 'unknown', brokenAt: 0, problems: [expect.stringContaining('was killed')] });
});

it('misses the newest records: of its own, and of a chain before another began', () => {
  const chain = new AuditChain(KEY);
  const stream = written(10, chain);
  expect(examined(stream.slice(0, 8), { live: { id: chain.id, stored: 10 } })).toMatchObject({
    ...{ verdict: 'broken', brokenAt: 8 },
    problems: ['the newest 2 records that this gateway wrote are missing after record 8'],
  });
  expect(examined(stream, { live: { id: chain.id, stored: 10 } }).verdict).toBe('whole');
  const next = new AuditChain(KEY);
  next.startAfter({ seq: 10, hash: hashOf(stream[9] as Buffer) });
  const both: (Buffer | undefined)[] = [...stream, ...written(2, next, 'gateway-2')];
  expect(examined(both).verdict).toBe('whole');
  both[9] = undefined;
  expect(examined(both)).toMatchObject({
    ...{ verdict: 'broken', brokenAt: 10 },
    problems: ['record 10, the newest when gateway-2 started, is missing or altered'],
  });
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
