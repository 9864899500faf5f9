import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DroppedRange, FleetEvent } from '../core/common/frame.ts';
import { createLog } from '../core/node/log.ts';
import { createEtlEvents } from './events.ts';
import { LedgerTables } from './ledger-tables.ts';
import type { BatchAccount } from './telemetry/batch-account.ts';
import { BufferPool } from './telemetry/buffer-pool.ts';
import { Cycle } from './telemetry/cycle.ts';

const NOW_MS = 1_780_000_000_000;
let folder: string;
let database: Server;
let lines: string;

/** A database that refuses a request with a NUL in it, as QuestDB does. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-ledger-'));
  writeFileSync(join(folder, 'password'), 'secret');
  lines = '';
  database = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString();
    const good = !text.includes('\0');
    if (good) lines += text;
    response.writeHead(good ? 204 : 400).end();
  });
  await new Promise<void>((resolve) => database.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await new Promise((resolve) => {
    database.close(resolve);
    database.closeAllConnections();
  });
  rmSync(folder, { recursive: true });
});

it('stores what a node says of itself, whatever characters are in it', async () => {
  const abort = new AbortController();
  const { port } = database.address() as AddressInfo;
  const options = { url: `http://127.0.0.1:${port}`, user: 'admin', passwordFile: join(folder, 'password'), ttlDays: 30 };
  const ledger = new LedgerTables(options, createEtlEvents(createLog('etl', 'silent')), abort.signal);
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
  cycle.events.push({ nodeId: 'n', event });
  // A refusal would be tried again for ever.
  const refused = new Promise((_, reject) => {
    database.on('request', (_request, response) => {
      response.once('finish', () => response.statusCode === 400 && reject(new Error('the database refuses the row')));
    });
  });
  try {
    await Promise.race([ledger.store(cycle, NOW_MS), refused]);
  } finally {
    abort.abort();
    await ledger.close();
  }
  expect(lines).toMatch(/text="ab"/);
  expect(lines).toMatch(/reason="ef"/);
  expect(lines).toMatch(/problem="gh"/);
  expect(lines).toMatch(/replaced_rows=2i/);
  expect(lines).toContain(String.raw`reasons="{\"type_changed\":{\"rows\":1,\"detail\":\"i`);
  expect(lines).not.toMatch(/met_rows|overwritten_rows/);
});
