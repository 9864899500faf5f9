import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { decodeBatch } from '../../proto/batch-codec.ts';
import { lockStateFolder } from '../state/state-lock.ts';
import { HostSpool, type SpoolReports } from './host-spool.ts';
import { clearStoppedSpool, readStoppedSpool } from './stopped-spool.ts';

const REPORTS: SpoolReports = {
  fileSetAside: () => undefined,
  notDurable: () => undefined,
  durableAgain: () => undefined,
  epochBegun: () => undefined,
};
const LIMITS = { maxBytes: 1e9, maxRows: 1e9 };
const EVENT = { timeUs: 1, kind: 'k', severity: 'info' as const, text: 't', attributes: {} };
const frame = (rows: number) => ({
  ...{ measurement: 'm', tags: [], series: [[]], fields: ['v'], textFields: [], texts: [] },
  seriesIndex: new Uint32Array(rows),
  timeUs: Float64Array.from({ length: rows }, (_, i) => 1e15 + i),
  values: new Float64Array(rows),
});

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'muster-stopped-'));
});
afterEach(() => rmSync(stateDir, { recursive: true }));

function withSpool<T>(work: (spool: HostSpool) => T): T {
  const spool = new HostSpool(join(stateDir, 'spool.db'), LIMITS, REPORTS);
  try {
    return work(spool);
  } finally {
    spool.close();
  }
}

it('tells what a stopped agent holds, and throws it away with an account of it', () => {
  withSpool((spool) => {
    spool.append({ createdUs: 1e15, frames: [frame(3)], events: [] });
    spool.beginPresent(1);
    spool.append({ createdUs: 2e15, frames: [frame(4)], events: [] });
  });
  expect(readStoppedSpool(stateDir, REPORTS)).toMatchObject({ batches: 2, rows: 7, oldestUs: 1e15, durable: true });
  expect(clearStoppedSpool(stateDir, REPORTS)).toEqual({ batches: 2, rows: 7 });
  expect(readStoppedSpool(stateDir, REPORTS)).toMatchObject({ batches: 0, rows: 0 });
  withSpool((spool) => {
    spool.append({ createdUs: 3e15, frames: [], events: [EVENT] });
    const { dropped } = decodeBatch(spool.read(0, 1)[0]?.bytes as Buffer);
    expect(dropped.map(({ rows, reason }) => [rows, reason]).sort()).toEqual([
      [3, 'cleared'],
      [4, 'cleared'],
    ]);
  });
});

it('leaves the spool of a running agent alone, and makes none where there is none', () => {
  expect(() => readStoppedSpool(join(stateDir, 'nowhere'), REPORTS)).toThrow('there is no spool in state folder');
  expect(existsSync(join(stateDir, 'nowhere'))).toBe(false);
  withSpool((spool) => spool.append({ createdUs: 1e15, frames: [frame(1)], events: [] }));
  const lock = lockStateFolder(stateDir);
  expect(() => clearStoppedSpool(stateDir, REPORTS)).toThrow(`locked by process ${process.pid}`);
  lock?.release();
  expect(readStoppedSpool(stateDir, REPORTS)).toMatchObject({ batches: 1 });
});
