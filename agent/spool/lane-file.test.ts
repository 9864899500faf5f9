import { copyFileSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HostSpool, type SpoolReports } from './host-spool.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-lane-'));
  path = join(folder, 'spool.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const QUIET: SpoolReports = {
  fileSetAside: ({ reason }) => expect.unreachable(reason),
  notDurable: (problem) => expect.unreachable(problem),
  durableAgain: () => undefined,
  epochBegun: () => undefined,
};
const open = (): HostSpool => new HostSpool(path, { maxBytes: 1e8, maxRows: 1e9 }, QUIET);
const batch = { createdUs: 1e15, frames: [], events: [{ timeUs: 1e15, kind: 'k', severity: 'info' as const, text: 't', attributes: {} }] };

/** The files of a spool as a kill leaves them: with what only the log has. */
function killed(count: number): string {
  const spool = open();
  for (let i = 0; i < count; i++) spool.append(batch);
  const epoch = Buffer.from(spool.status().epoch).toString('hex');
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, join(folder, `kept${suffix}`));
  spool.close();
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  for (const suffix of ['', '-wal']) renameSync(join(folder, `kept${suffix}`), path + suffix);
  return epoch;
}

/** Batches in all epochs. */
function held(): number {
  const spool = open();
  const { batches } = spool.statistics();
  spool.close();
  return batches;
}

test('a move that was cut off after the log is undone, and nothing is lost', () => {
  const epoch = killed(5);
  renameSync(`${path}-wal`, `${path}.backlog-${epoch}-wal`);
  expect(held()).toBe(5);
  expect(readdirSync(folder).filter((name) => name.endsWith(`${epoch}-wal`))).toEqual([]);
});

test('the log of another epoch is left where it is', () => {
  killed(5);
  expect(held()).toBe(5);
  const strange = `${path}.backlog-${'ab'.repeat(16)}-wal`;
  copyFileSync(
    readdirSync(folder).some((name) => name.includes('backlog'))
      ? join(folder, readdirSync(folder).find((name) => /backlog-[0-9a-f]{32}$/.test(name)) ?? '')
      : path,
    strange,
  );
  expect(held()).toBe(5);
  expect(existsSync(strange)).toBe(true);
});
