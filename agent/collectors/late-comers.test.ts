// What is not there, or closed to the agent, when it looks first: found when it comes, and unknown until then.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FrameBuilder } from '../sampling/frame-builder.ts';
import { createCollectors } from './catalog.ts';

const PROC = fileURLToPath(new URL('../../test/fixtures/proc', import.meta.url));
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'muster-late-'));
  cpSync(PROC, join(root, 'proc'), { recursive: true });
  mkdirSync(join(root, 'run'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A collector's only row at each of the looks, ten seconds apart; `change` comes before the second. */
async function rowsOf(name: string, change: () => void): Promise<Record<string, number>[]> {
  const roots = { proc: join(root, 'proc'), sys: join(root, 'sys'), run: join(root, 'run') };
  const [collector] = createCollectors(
    (one) => one === name,
    roots,
    () => ({ skewMs: -12 }) as never,
    'linux',
  );
  if (collector === undefined) throw new Error(`there is no collector ${name}`);
  const builder = new FrameBuilder(collector);
  const rows: Record<string, number>[] = [];
  for (const look of [0, 1]) {
    if (look === 1) change();
    builder.beginTick(1e15 + look * 1e7);
    await collector.collect(builder, { timeUs: 1e15 + look * 1e7, monotonicMs: 1000 + look * 10_000 });
    const values = builder.take()?.values;
    rows.push(Object.fromEntries(collector.fields.map((field, at) => [field, values?.[at] as number])));
  }
  collector.close();
  return rows;
}

test('a clock’s keeper behind a folder of another user is unknown, unless it is seen running', async () => {
  // A link that leads back to itself is what root is shown of a folder that it may not look into.
  symlinkSync('chrony', join(root, 'run/chrony'));
  const stat = join(root, 'proc/1/stat');
  const unknown = { kept: Number.NaN, synchronized: Number.NaN, skew_ms: -12 };
  expect(await rowsOf('clock', () => undefined)).toEqual([unknown, unknown]);
  writeFileSync(stat, readFileSync(stat, 'utf8').replace(/\(.*\)/, '(chronyd)'));
  expect((await rowsOf('clock', () => rmSync(join(root, 'run/chrony')))).map(({ kept }) => kept)).toEqual([1, 0]);
});

test('what a module of the kernel brings later is there then', async () => {
  const bringBack = (): void => cpSync(PROC, join(root, 'proc'), { recursive: true });
  rmSync(join(root, 'proc/sys/net'), { recursive: true });
  const kernel = await rowsOf('kernel', bringBack);
  expect(kernel.map((row) => row['tracked_connections_percent'])).toEqual([Number.NaN, 25]);
  for (const name of ['sockstat6', 'tcp6']) rmSync(join(root, 'proc/net', name));
  const sockets = await rowsOf('sockets', bringBack);
  expect(sockets.map((row) => row['tcp_in_use'])).toEqual([11, 16]);
});
