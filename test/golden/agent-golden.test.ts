// All that the agent says of a host: every collector over whole trees of files, two looks ten seconds apart. `vitest -u` (`npm test -- --update`)
// writes what is new into test/fixtures/golden.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCollectors } from '../../agent/collectors/catalog.ts';
import { CollectorSet } from '../../agent/sampling/collector-set.ts';
import type { FrameColumns } from '../../core/common/frame.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { manyCoreManyDisks } from '../fixtures/hosts/many-core-many-disks.ts';
import { type FileTree, parseTxtar } from '../fixtures/hosts/txtar.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url));
const STEP_MS = 10_000;
const host = vi.hoisted(() => ({ root: '' }));

// Sizes of filesystems cannot be staged by files: each has one of its own, by the length of its path.
vi.mock('node:fs', async (original) => ({ ...(await original<object>()), statfsSync: (path: Buffer) => statsOf(String(path)) }));
vi.mock('../../agent/host/statfs/statfs-pool.ts', async (original) => ({
  ...(await original<object>()),
  sharedStatfsPool: () => ({
    ask: async (_: string, path: string) => {
      if (path === '/data') throw new MusterError('deadline_exceeded', 'does not answer');
      return statsOf(path);
    },
  }),
}));
// The tools of a host answer with the files below `tools`.
vi.mock('../../agent/host/host-tool.ts', async (original) => ({
  ...(await original<object>()),
  findTool: (name: string) => [join(host.root, 'tools', name)].find((path) => existsSync(path)),
  runTool: async (path: string, args: string[]) => {
    const answer = args.includes('*.service') ? 'units' : 'manager';
    return { stdout: readFileSync(join(path, answer), 'utf8'), exitCode: 0 };
  },
}));

function statsOf(path: string): object {
  const blocks = 1_000_000 * path.length;
  return { type: 0, bsize: 4096, blocks, bfree: blocks / 4, bavail: blocks / 5, files: 65_536, ffree: 60_000 };
}

beforeEach(() => {
  host.root = mkdtempSync(join(tmpdir(), 'muster-host-'));
});
afterEach(() => rmSync(host.root, { recursive: true }));

const recorded = (name: string) => (step: 0 | 1) => parseTxtar(readFileSync(join(FIXTURES, 'hosts', name, `t${step}.txtar`), 'utf8'));

test.each([
  ['vm-cgroup2', recorded('vm-cgroup2')],
  ['many-core-many-disks', manyCoreManyDisks],
  ['container', recorded('container')],
  // Pages of 16 KiB, records of sessions of 400 bytes, no PCI.
  ['arm64-board', recorded('arm64-board')],
] as const)('%s', { timeout: 20_000 }, async (name, tree) => {
  const { lines, frames } = await look(tree(0), tree(1));
  const rows = frames.flatMap(toLines);
  const values = frames.reduce((sum, frame) => sum + frame.values.filter((value) => !Number.isNaN(value)).length, 0);
  const text = [`${rows.length} rows, ${values} values`, '', ...lines.sort(), '', ...rows, ''].join('\n').replaceAll(host.root, '');
  await expect(text).toMatchFileSnapshot(join(FIXTURES, 'golden', `agent-${name}.txt`));
});

test('counters that go back, all of them, give neither a negative rate nor a spike', { timeout: 20_000 }, async () => {
  const { frames } = await look(manyCoreManyDisks(1), manyCoreManyDisks(0));
  const rates = frames.flatMap(({ measurement, fields, values, seriesIndex: { length: rows } }) =>
    fields.flatMap((field, column) =>
      /_per_second$|percent$|^busy$/.test(field)
        ? Array.from(values.subarray(column * rows, (column + 1) * rows), (value) => ({ name: `${measurement}.${field}`, value }))
        : [],
    ),
  );
  expect(rates.length).toBeGreaterThan(500);
  expect(rates.filter(({ value }) => value < 0)).toEqual([]);
  expect(rates.filter(({ name, value }) => name === 'network.rx_bytes_per_second' && value > 0)).toEqual([]);
});

test('10,000 disks and interfaces: a cap for each collector, counted and named', { timeout: 20_000 }, async () => {
  const names = Array.from({ length: 10_000 }, (_, index) => index);
  const network = ['Inter-|', ' face |', ...names.map((name) => `  v${name}: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0`)].join('\n');
  const disks = names.map((name) => `8 0 d${name} 1 0 8 1 1 0 8 1 0 1 1`).join('\n');
  const tree = new Map([
    ['proc/net/dev', `${network}\n`],
    ['proc/diskstats', `${disks}\n`],
    ...names.slice(0, 300).map((name) => [`sys/block/d${name}/size`, '1\n'] as const),
  ]);
  const { lines, frames } = await look(tree, tree);
  expect(lines).toContain('capped network: 9744 over 256');
  expect(lines).toContain('capped disk_io: 44 over 256');
  for (const name of ['network', 'disk_io']) {
    expect(frames.find(({ measurement }) => measurement === name)?.seriesIndex.length).toBe(256);
  }
});

/** Every collector over a host, ten seconds apart: what they report and the newest frame of each. */
async function look(...steps: FileTree[]): Promise<{ lines: string[]; frames: FrameColumns[] }> {
  const { lines, reports } = watch();
  const roots = { proc: join(host.root, 'proc'), sys: join(host.root, 'sys'), run: join(host.root, 'run') };
  const self = () => ({ tickMs: 3, spoolBatches: 2, spoolBytes: 4096, collectorsFailed: set.failed, skewMs: -4, boots: 7 });
  const set: CollectorSet = new CollectorSet(
    createCollectors(() => true, roots, self, 'linux'),
    reports,
  );
  const frames = new Map<string, FrameColumns>();
  for (const [step, tree] of steps.entries()) {
    write(tree);
    await set.run({ timeUs: 1.8e15 + step * STEP_MS * 1000, monotonicMs: 1_000_000 + step * STEP_MS });
    for (const frame of set.take()) frames.set(frame.measurement, frame);
  }
  set.close();
  return { lines, frames: [...frames.values()] };
}

function write(tree: FileTree): void {
  for (const [path, text] of tree) {
    mkdirSync(dirname(join(host.root, path)), { recursive: true });
    writeFileSync(join(host.root, path), text);
  }
}

function watch(): { lines: string[]; reports: ConstructorParameters<typeof CollectorSet>[1] } {
  const lines: string[] = [];
  return {
    lines,
    reports: {
      unavailable: (name, reason) => lines.push(`unavailable ${name}: ${reason}`),
      absent: (name, reason) => lines.push(`absent ${name}: ${reason}`),
      available: (name) => lines.push(`available ${name}`),
      incomplete: (name, problem) => lines.push(`incomplete ${name}: ${problem}`),
      capped: (name, leftOut, cap) => lines.push(`capped ${name}: ${leftOut} over ${cap}`),
    },
  };
}

/** A line a row: measurement and tags, then the values that are there. */
function toLines(frame: FrameColumns): string[] {
  const { measurement, tags, fields, values, texts, textFields, series, seriesIndex } = frame;
  const count = seriesIndex.length;
  return Array.from({ length: count }, (_, row) => {
    const tagged = tags.map((tag, index) => `${tag}=${series[seriesIndex[row] as number]?.[index]}`);
    const numbers = fields.map((field, column) => [field, values[column * count + row] as number] as const);
    const shown = numbers
      .filter(([, value]) => !Number.isNaN(value))
      .map(([field, value]) => `${field}=${toText(measurement, field, value)}`);
    const words = textFields.map((field, column) => `${field}=${JSON.stringify(texts[row * textFields.length + column])}`);
    return [[measurement, ...tagged].join(','), ...shown, ...words].join(' ');
  });
}

function toText(measurement: string, field: string, value: number): string {
  // What this very process uses is not the host's.
  if (measurement === 'agent' && (field === 'cpu_percent' || field === 'rss_bytes')) return '…';
  return String(Number(value.toPrecision(9)));
}
