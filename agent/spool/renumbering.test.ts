import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeBatch } from '../../proto/batch-codec.ts';
import { HostSpool, type SpoolReports } from './host-spool.ts';
import { markForRenumbering } from './renumbering.ts';

let folder: string;
let path: string;
let spool: HostSpool | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-renumbering-'));
  path = join(folder, 'spool.db');
});
afterEach(() => {
  spool?.close();
  spool = undefined;
  rmSync(folder, { recursive: true });
});

const QUIET: SpoolReports = {
  fileSetAside: () => expect.unreachable('nothing is damaged here'),
  notDurable: (problem) => expect.unreachable(problem),
  durableAgain: () => undefined,
  epochBegun: () => undefined,
};

function open(): HostSpool {
  spool = new HostSpool(path, { maxBytes: 1e9, maxRows: 1e9 }, QUIET);
  return spool;
}

const batch = (text: string, bytes = 100) => ({
  createdUs: 1e15,
  frames: [],
  events: [{ timeUs: 1e15, kind: 'test', severity: 'info' as const, text: text.padEnd(bytes, '.'), attributes: {} }],
});

/** Texts of all that would be sent, with their numbers. */
function texts(from: HostSpool): string[] {
  return [...from.backlog, from].flatMap((lane) =>
    lane.read(0, 100_000).flatMap(({ bytes }) => decodeBatch(bytes).events.map(({ text }) => text.replace(/\.+$/, ''))),
  );
}

const backlogFile = (): string => join(folder, readdirSync(folder).find((name) => /backlog-[0-9a-f]{32}$/.test(name)) ?? 'none');

test('batches get new numbers some at a time, in their order; none is sent under the old one meanwhile', () => {
  const it = open();
  const given = Array.from({ length: 400 }, (_, i) => `b${i}`);
  for (const text of given) it.append(batch(text, 20_000));
  const { epoch } = it.status();
  it.renumber();
  expect(it.status()).toMatchObject({ nextSeq: 1, batches: 0 });
  expect(it.backlog).toEqual([]);
  expect(it.statistics().batches).toBe(400);
  let turns = 0;
  for (let before = 0; existsSync(backlogFile()); turns++) {
    const held = it.status().bytes;
    it.append({ createdUs: 1e15, frames: [], events: [] });
    const { batches, bytes } = it.status();
    expect(batches - before).toBeLessThanOrEqual(64);
    expect(bytes - held).toBeLessThanOrEqual(3 * 1024 ** 2);
    expect(it.statistics().batches).toBe(400);
    before = batches;
  }
  expect(turns).toBeGreaterThanOrEqual(Math.ceil(400 / 64));
  expect(texts(it)).toEqual(given);
  const kept = it.read(0, 1000).map(({ seq, bytes }) => [seq, decodeBatch(bytes)] as const);
  expect(kept.map(([seq]) => seq)).toEqual(given.map((_, i) => i + 1));
  for (const [seq, { seq: inside, epoch: own }] of kept) {
    expect(inside).toBe(seq);
    expect(Buffer.from(own)).not.toEqual(Buffer.from(epoch));
  }
});

test('cut off between the copies and the deletion, nothing is there twice', () => {
  const given = Array.from({ length: 200 }, (_, i) => `b${i}`);
  let it = open();
  for (const text of given) it.append(batch(text));
  it.renumber();
  it.append({ createdUs: 1e15, frames: [], events: [] });
  it.close();
  const source = backlogFile();
  copyFileSync(source, join(folder, 'before'));
  it = open();
  it.append({ createdUs: 1e15, frames: [], events: [] });
  expect(it.status().batches).toBe(128);
  it.close();
  // As if the power had gone before the second turn's deletion was on disk.
  for (const suffix of ['-wal', '-shm']) rmSync(source + suffix, { force: true });
  copyFileSync(join(folder, 'before'), source);
  it = open();
  // What was copied is acknowledged, and its file with the note is gone, before the rest is copied.
  const sent = texts(it);
  expect(sent).toHaveLength(128);
  for (const lane of [...it.backlog, it]) lane.ackUpTo(lane.status().nextSeq - 1);
  it.close();
  it = open();
  it.renumberAll();
  expect([...sent, ...texts(it)]).toEqual(given);
});

test('cut off before the file was sealed, nothing of it is sent under its old numbers', () => {
  const it = open();
  for (let i = 0; i < 5; i++) it.append(batch(`b${i}`));
  const { epoch } = it.status();
  it.close();
  const database = new DatabaseSync(path);
  markForRenumbering(database);
  database.close();
  const again = open();
  expect(Buffer.from(again.status().epoch)).not.toEqual(Buffer.from(epoch));
  expect(again.backlog).toEqual([]);
  again.renumberAll();
  expect(texts(again)).toEqual(['b0', 'b1', 'b2', 'b3', 'b4']);
});

test('drops that a renumbered batch told of are told by the new ones', () => {
  const it = open();
  it.append(batch('b0'));
  it.append(batch('b1'));
  it.setAside(1, 'refused');
  it.append(batch('b2'));
  it.renumber();
  it.renumberAll();
  it.append(batch('b3'));
  const told = it.read(0, 10).flatMap(({ bytes }) => decodeBatch(bytes).dropped);
  expect(told).toMatchObject([{ firstSeq: 1, lastSeq: 1, reason: 'refused' }]);
  expect(texts(it)).toEqual(['b1', 'b2', 'b3']);
});
