import { expect, it } from 'vitest';
import { doorEpoch } from '../core/common/door-epoch.ts';
import type { DroppedRange, FleetEvent } from '../core/common/frame.ts';
import { createLog } from '../core/node/log.ts';
import { createEtlEvents } from './events.ts';
import { LedgerTables } from './ledger-tables.ts';
import type { OwnWriterParts } from './questdb/own-writer.ts';
import { WriteProblems } from './questdb/write-problems.ts';
import { type BatchAccount, newAccount, noteAside } from './telemetry/batch-account.ts';
import { BufferPool } from './telemetry/buffer-pool.ts';
import { Cycle } from './telemetry/cycle.ts';

const NOW_MS = 1_780_000_000_000;

const DELIVERY = {
  nodeId: 'n',
  receivedUs: NOW_MS * 1000,
  gateway: 'g',
  batch: Buffer.alloc(0),
  epoch: Buffer.alloc(16, 1),
  seq: 3,
  skewUs: 0,
};

/** A database that refuses a request with a NUL in it, as QuestDB does. */
function stage(): { parts: OwnWriterParts; lines: () => string } {
  let lines = '';
  const write = async (bytes: Buffer) => {
    const good = !bytes.includes(0);
    if (good) lines += bytes.toString();
    return good ? { status: 204, words: '' } : { status: 400, words: 'a NUL' };
  };
  const parts = {
    ...{ database: { write, renewWrites: () => undefined }, schema: { repair: async () => undefined }, problems: new WriteProblems() },
    ...{ events: createEtlEvents(createLog('etl', 'silent')), signal: new AbortController().signal },
  };
  return { parts, lines: () => lines };
}

it('stores what a node says of itself, whatever characters are in it', async () => {
  const { parts, lines } = stage();
  const ledger = new LedgerTables(parts, 30);
  const epoch = Buffer.alloc(16, 1);
  const event: FleetEvent = { timeUs: NOW_MS * 1000, kind: 'test', severity: 'info', text: 'a\0b', attributes: { key: 'c\0d' } };
  const range: DroppedRange = { epoch, firstSeq: 1, lastSeq: 2, rows: 3, reason: 'e\0f' };
  const account: BatchAccount = {
    delivery: { nodeId: 'n', receivedUs: NOW_MS * 1000, gateway: 'g', batch: Buffer.alloc(0), epoch, seq: 3, skewUs: 0 },
    batch: { epoch, seq: 3, createdUs: NOW_MS * 1000, frames: [], events: [event], dropped: [range] },
    ...{ rows: 0, badRows: 0, mergedRows: 0, metRows: 0, replacedRows: 2, overwrittenRows: 0, problem: 'g\0h' },
    reasons: new Map([['type_changed', { rows: 1, detail: 'i\0j' }]]),
  };
  const cycle = new Cycle(new BufferPool());
  cycle.accounts.push(account);
  cycle.events.push({ delivery: account.delivery, event, sent: event, nodeId: account.delivery.nodeId });
  await ledger.storeEvents(cycle);
  expect([...cycle.letters, ...(await ledger.store(cycle, NOW_MS))]).toEqual([]);
  expect(lines()).toMatch(/text="ab"/);
  expect(lines()).toMatch(/reason="ef"/);
  expect(lines()).toMatch(/problem="gh"/);
  expect(lines()).toMatch(/replaced_rows=2i/);
  expect(lines()).toContain(String.raw`reasons="{\"type_changed\":{\"rows\":1,\"detail\":\"i`);
  expect(lines()).not.toMatch(/met_rows|overwritten_rows/);
});

it('gives a batch whose clock is far off the same ledger row in whichever message it comes', async () => {
  const { parts, lines } = stage();
  const ledger = new LedgerTables(parts, 30);
  const epoch = Buffer.alloc(16, 1);
  for (const receivedUs of [NOW_MS * 1000, NOW_MS * 1000 + 3_600_000_000]) {
    const cycle = new Cycle(new BufferPool());
    const delivery = { nodeId: 'n', receivedUs, gateway: 'g', batch: Buffer.alloc(0), epoch, seq: 3, skewUs: 0 };
    cycle.accounts.push({ ...newAccount(delivery, false), batch: { epoch, seq: 3, createdUs: 1, frames: [], events: [], dropped: [] } });
    await ledger.store(cycle, NOW_MS);
  }
  const times = [...lines().matchAll(/ (\d+)t\n/g)].map(([, time]) => time);
  expect(times).toHaveLength(2);
  expect(new Set(times).size).toBe(1);
});

it('says of a door batch whom it met, and nothing where nobody looked', async () => {
  const { parts, lines } = stage();
  const ledger = new LedgerTables(parts, 30);
  const epoch = Buffer.from(doorEpoch('push', Buffer.alloc(12, 1)));
  const cycle = new Cycle(new BufferPool());
  for (const seq of [1, 2]) {
    const delivery = { nodeId: 'n', receivedUs: NOW_MS * 1000, gateway: 'g', batch: Buffer.alloc(0), epoch, seq, skewUs: 0 };
    const account = { ...newAccount(delivery, false), rows: 3, metRows: 2 };
    if (seq === 2) noteAside(account, 'not_compared', 3, 'the table was behind');
    cycle.accounts.push(account);
  }
  await ledger.store(cycle, NOW_MS);
  const [compared, not] = lines().trim().split('\n');
  expect(compared).toContain('met_rows=2i');
  expect(not).toContain('seq=2i');
  expect(not).not.toContain('met_rows');
});

it('keeps in the letter of a refused event of whom it speaks', async () => {
  const { parts } = stage();
  parts.database.write = async () => ({ status: 400, words: 'no' });
  const ledger = new LedgerTables(parts, 30);
  const cycle = new Cycle(new BufferPool());
  const sent: FleetEvent = {
    ...{ timeUs: NOW_MS * 1000, kind: 'node_silent', severity: 'error', text: '' },
    attributes: { node_id: 'web-2', from: 'late' },
  };
  const delivery = { ...newAccount(DELIVERY, false).delivery, nodeId: 'muster-g' };
  cycle.events.push({ delivery, event: { ...sent, attributes: { from: 'late' } }, sent, nodeId: 'web-2' });
  await ledger.storeEvents(cycle);
  expect(cycle.letters).toMatchObject([{ nodeId: 'muster-g', reason: 'rejected_by_database', row: { attributes: { node_id: 'web-2' } } }]);
});
