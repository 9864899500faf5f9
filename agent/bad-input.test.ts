// What a host may throw at an agent, beyond what each component's own tests stage; the numbers are those of the list of bad inputs.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeBatch, encodeBatch } from '../proto/batch-codec.ts';
import { createCollectors } from './collectors/catalog.ts';
import { CollectorSet } from './sampling/collector-set.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-bad-input-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes until its files may not grow any more, as on a full disk, then tells what it has. */
const FILLING = `
const [, , module, path] = process.argv;
const { HostSpool } = await import(module);
const reports = [];
const report = (name) => () => reports.push(name);
const spool = new HostSpool(path, { maxBytes: 1e8, maxRows: 1e9 },
  { fileSetAside: report('set aside'), notDurable: report('not durable'), durableAgain: report('durable again'), epochBegun: report('epoch') });
for (let i = 0; i < 60; i++) {
  const event = { timeUs: 1e15 + i, kind: 'k', severity: 'info', text: 'x'.repeat(20000), attributes: {} };
  spool.append({ createdUs: 1e15, frames: [], events: [event] });
}
const { batches, durable, problem } = spool.status();
console.log(JSON.stringify({ batches, durable, problem, reports }));
`;

test('a full disk: it goes on in memory, and says that this is not durable and why (5)', { timeout: 30_000 }, () => {
  const script = join(folder, 'fill.mjs');
  writeFileSync(script, FILLING);
  const module = pathToFileURL(join(import.meta.dirname, 'spool/host-spool.ts')).href;
  // Less than what is written, more than the empty files take.
  const command = ['-c', 'ulimit -f 600; exec "$0" "$@"', process.execPath, script, module, join(folder, 'spool.db')];
  const out = execFileSync('bash', command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const said = JSON.parse(out) as { batches: number; durable: boolean; problem: string; reports: string[] };
  expect(said).toMatchObject({ durable: false, reports: ['not durable'] });
  expect(said.problem).not.toBe('');
  expect(said.batches).toBeGreaterThan(0);
});

test('ten thousand interfaces: a cap, counted and told once (11)', async () => {
  for (const path of ['proc/net', 'sys', 'run']) mkdirSync(join(folder, path), { recursive: true });
  const cards = Array.from({ length: 10_000 }, (_, i) => `  eth${i}: 1000 10 0 0 0 0 0 0 1000 10 0 0 0 0 0 0\n`).join('');
  writeFileSync(join(folder, 'proc/net/dev'), `Inter-| Receive | Transmit\n face |bytes | bytes\n${cards}`);
  const roots = { proc: join(folder, 'proc'), sys: join(folder, 'sys'), run: join(folder, 'run') };
  const self = () => ({ tickMs: 1, spoolBatches: 0, spoolBytes: 0, collectorsFailed: 0, skewMs: 0, boots: 1 });
  const capped: string[] = [];
  const quiet = (): void => undefined;
  const set = new CollectorSet(
    createCollectors((name) => name === 'network', roots, self),
    {
      ...{ unavailable: quiet, absent: quiet, available: quiet, incomplete: quiet },
      capped: (name, leftOut, cap) => void capped.push(`${name}: ${leftOut} over ${cap}`),
    },
  );
  const before = process.cpuUsage();
  for (let second = 0; second < 3; second++) await set.run({ timeUs: 1e15 + second * 1e6, monotonicMs: second * 1000 });
  // Of the processor: the clock on the wall goes on beside other work.
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(5000);
  expect(capped).toEqual([expect.stringMatching(/^network: \d+ over \d+$/)]);
  for (const { measurement, series } of set.take()) expect([measurement, series.length <= 1024]).toEqual([measurement, true]);
});

test('NaN, the infinities, -0 and the ends of the range go out as they are; what they mean is the store’s business (12)', () => {
  const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324, 1.797e308];
  const bytes = encodeBatch({
    ...{ epoch: Buffer.alloc(16), seq: 1, createdUs: 1e15, events: [], dropped: [] },
    frames: [
      {
        ...{ measurement: 'm', tags: [], series: [[]], fields: ['v'], textFields: [], texts: [] },
        seriesIndex: new Uint32Array(values.length),
        timeUs: Float64Array.from(values, (_, i) => 1e15 + i),
        values: Float64Array.from(values),
      },
    ],
  });
  const [frame] = decodeBatch(bytes).frames;
  expect(Array.from(frame?.values ?? []).every((value, i) => Object.is(value, values[i]))).toBe(true);
});
