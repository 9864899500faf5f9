import { expect, it, vi } from 'vitest';
import { auditSubject } from '../../core/common/streams.ts';
import type { GatewayEvents } from '../events.ts';
import type { DurableStream } from '../publisher/durable-stream.ts';
import type { AuditAnchor, ChainLink } from './audit-chain.ts';
import { AuditLog } from './audit-log.ts';
import { type AuditInput, decodeAudit } from './audit-record.ts';
import { AuditExamination } from './audit-verdict.ts';
import { auditedEvents } from './audited-events.ts';

const NODE = '0b6b1d3e-5a53-4c0e-9d7e-0a4b8a1c2d3e';
const INPUT: AuditInput = { kind: 'command', caller: 'anna', text: 'ping 10.0.0.1', outcome: 'ok', nodeId: NODE };

const CHAIN = { key: { id: 'k', secret: new Uint8Array(32) }, newest: async () => ({ seq: 0, hash: '' }) };

function stagedLog(publish: DurableStream['publish']): { log: AuditLog; lost: AuditInput[] } {
  const lost: AuditInput[] = [];
  const events = { retried: () => undefined, auditLost: (record: AuditInput) => void lost.push(record) };
  return { log: new AuditLog({ stream: { publish }, gateway: 'gateway-1', events, now: () => 5000, ...CHAIN }), lost };
}

it('stores records in their order, and a record whose first attempt failed once, under one id', async () => {
  vi.useFakeTimers();
  const seen: { subject: string; text: string; id: string }[] = [];
  const { log } = stagedLog(async (subject, payload, id) => {
    seen.push({ subject, text: decodeAudit(payload)?.text ?? '', id });
    if (seen.length === 1) throw new Error('away');
    return { duplicate: false };
  });
  await log.start();
  const first = log.record(INPUT);
  await vi.advanceTimersByTimeAsync(0);
  const stored = Promise.all([first, log.record({ ...INPUT, text: 'second', nodeId: '' })]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await stored).toEqual([true, true]);
  expect(seen.map(({ subject, text }) => [subject, text])).toEqual([
    [auditSubject(NODE), INPUT.text],
    [auditSubject(NODE), INPUT.text],
    ['muster.audit.fleet', 'second'],
  ]);
  expect(seen[0]?.id).toBe(seen[1]?.id);
  expect(seen[2]?.id).not.toBe(seen[1]?.id);
  vi.useRealTimers();
});

it('tells what it loses: beyond its bound, and when the gateway ends', async () => {
  vi.useFakeTimers();
  const { log, lost } = stagedLog(() => new Promise(() => undefined));
  await log.start();
  const answers = Array.from({ length: 1001 }, () => log.record(INPUT));
  expect(await answers[1000]).toBe(false);
  expect(lost).toHaveLength(1);
  const stopped = log.stop();
  await vi.advanceTimersByTimeAsync(2000);
  await stopped;
  expect(lost).toHaveLength(1001);
  expect(await Promise.all(answers)).not.toContain(true);
  expect(await log.record(INPUT)).toBe(false);
  vi.useRealTimers();
});

it('records refusals one by one up to a bound a minute, and how many more there were', () => {
  const records: AuditInput[] = [];
  let nowMs = 1_000_000;
  const base = { callerRefused: () => undefined } as unknown as GatewayEvents;
  const record = (input: AuditInput): Promise<boolean> => Promise.resolve(records.push(input) > 0);
  const events = auditedEvents(base, { record }, () => nowMs);
  for (let i = 0; i < 1030; i++) events.callerRefused({ tokenId: '', reason: 'missing' });
  expect(records).toHaveLength(30);
  expect(records[0]).toMatchObject({ kind: 'token', outcome: 'refused', text: 'a call was refused: its token is missing' });
  nowMs += 60_000;
  events.callerRefused({ tokenId: '', reason: 'missing' });
  expect(records[30]?.text).toMatch(/^1000 more calls or enrolments were refused in the minute from /);
  expect(records).toHaveLength(32);
});

it('ties its records to each other, after the newest of before, and knows how far they are stored', async () => {
  const payloads: Uint8Array[] = [];
  const publish: DurableStream['publish'] = async (_, payload) => ({ duplicate: payloads.push(payload) === 0 });
  const events = { retried: () => undefined, auditLost: () => undefined };
  const newest = async () => ({ seq: 7, hash: 'h' });
  const log = new AuditLog({ stream: { publish }, gateway: 'gateway-1', events, ...CHAIN, newest });
  await log.start();
  for (const text of ['one', 'two', 'three']) await log.record({ ...INPUT, text });
  const links = placesOf(payloads);
  expect(links.map(({ n, after }) => [n, after])).toEqual([
    [1, { seq: 7, hash: 'h' }],
    [2, undefined],
    [3, undefined],
  ]);
  expect(links.map(({ prev }) => prev)).toEqual(['', links[0]?.mac, links[1]?.mac]);
  expect(log.live).toMatchObject({ id: links[0]?.id, stored: 3, through: 3 });
  const examination = new AuditExamination(CHAIN.key, log.live);
  for (const [i, data] of payloads.entries()) examination.add({ seq: i + 8, subject: auditSubject(NODE), data, takenMs: Date.now() });
  const stream = { firstSeq: 1, isFull: false, keptMs: 1e9, nowMs: Date.now() };
  expect(examination.finish(stream)).toMatchObject({ verdict: 'whole', records: 3, chains: 1 });
});

function placesOf(payloads: readonly Uint8Array[]): ChainLink[] {
  return payloads.map((payload) => (decodeAudit(payload) as unknown as { chain: ChainLink }).chain);
}

it('asks again for the newest record, and says in its first one where it was never told', async () => {
  vi.useFakeTimers();
  const payloads: Uint8Array[] = [];
  const publish: DurableStream['publish'] = async (_, payload) => ({ duplicate: payloads.push(payload) === 0 });
  const events = { retried: () => undefined, auditLost: () => undefined };
  const begun = async (newest: () => Promise<AuditAnchor>): Promise<ChainLink | undefined> => {
    payloads.length = 0;
    const log = new AuditLog({ stream: { publish }, gateway: 'gateway-1', events, ...CHAIN, newest });
    await log.start();
    const stored = log.record(INPUT);
    await vi.advanceTimersByTimeAsync(100_000);
    expect(await stored).toBe(true);
    return placesOf(payloads)[0];
  };
  let asked = 0;
  const slow = (): Promise<AuditAnchor> => (++asked < 4 ? new Promise(() => undefined) : Promise.resolve({ seq: 7, hash: 'h', timeMs: 1 }));
  expect(await begun(slow)).toMatchObject({ n: 1, after: { seq: 7, hash: 'h', timeMs: 1 } });
  expect(await begun(() => Promise.reject(new Error('away')))).toMatchObject({ n: 1, after: null });
  vi.useRealTimers();
});

it('sends none so far ahead of one without an answer that a reader would miss that one', async () => {
  vi.useFakeTimers();
  const sent: number[] = [];
  const publish: DurableStream['publish'] = (_, payload) => {
    const n = placesOf([payload])[0]?.n ?? 0;
    sent.push(n);
    return n === 1 && sent.length < 300 ? Promise.reject(new Error('away')) : Promise.resolve({ duplicate: false });
  };
  const { log } = stagedLog(publish);
  await log.start();
  const records = Promise.all(Array.from({ length: 200 }, () => log.record(INPUT)));
  await vi.advanceTimersByTimeAsync(5000);
  expect(Math.max(...sent)).toBe(64);
  expect(log.live).toMatchObject({ stored: 64, through: 0 });
  await vi.advanceTimersByTimeAsync(400_000);
  expect(await records).not.toContain(false);
  expect(log.live).toMatchObject({ stored: 200, through: 200 });
  vi.useRealTimers();
});

it('leaves the details out of a record that the stream could never take', async () => {
  const payloads: Uint8Array[] = [];
  const publish: DurableStream['publish'] = async (_, payload) => ({ duplicate: payloads.push(payload) === 0 });
  const events = { retried: () => undefined, auditLost: () => undefined };
  const log = new AuditLog({ stream: { publish, maxBytes: () => 4000 }, gateway: 'gateway-1', events, ...CHAIN });
  await log.start();
  await log.record({ ...INPUT, attributes: Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`a${i}`, 'x'.repeat(900)])) });
  expect(payloads[0]?.length).toBeLessThan(4000);
  expect(decodeAudit(payloads[0] as Uint8Array)?.attributes).toEqual({ left_out: 'the details are larger than a message may be' });
});
