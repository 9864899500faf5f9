// Every collector over the recorded tree: the rows of its first tick, and of a second one where it needs two.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FrameColumns } from '../../core/common/frame.ts';
import { FrameBuilder } from '../frame-builder.ts';
import { COLLECTOR_NAMES, createCollectors } from './catalog.ts';

const FIXTURES = fileURLToPath(new URL('../../test/fixtures/', import.meta.url));
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'muster-proc-'));
  for (const tree of ['proc', 'sys']) cpSync(join(FIXTURES, tree), join(root, tree), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

/** Runs one collector: a tick, then `change`, then a second tick two seconds later. Gives the rows of the last tick by their tags. */
async function rowsOf(name: string, change?: () => void): Promise<Record<string, Record<string, number>>> {
  const roots = { proc: join(root, 'proc'), sys: join(root, 'sys') };
  const self = () => ({ tickMs: 1, spoolBatches: 2, spoolBytes: 3, collectorsFailed: 4 });
  const [collector] = createCollectors((one) => one === name, roots, self);
  if (collector === undefined) throw new Error(`there is no collector ${name}`);
  const builder = new FrameBuilder(collector);
  builder.beginTick(1e15);
  await collector.collect(builder, { timeUs: 1e15, monotonicMs: 1000 });
  if (change !== undefined) {
    change();
    builder.take();
    builder.beginTick(1e15 + 2e6);
    await collector.collect(builder, { timeUs: 1e15 + 2e6, monotonicMs: 3000 });
  }
  collector.close();
  const frame = builder.take();
  return frame === undefined ? {} : toRows(frame);
}

function toRows(frame: FrameColumns): Record<string, Record<string, number>> {
  const rows = frame.timeUs.length;
  return Object.fromEntries(
    Array.from({ length: rows }, (_, row) => [
      frame.series[frame.seriesIndex[row] as number]?.join(' ') ?? '',
      Object.fromEntries(frame.fields.map((field, column) => [field, frame.values[column * rows + row] as number])),
    ]),
  );
}

function replace(file: string, ...pairs: [string, string][]): void {
  const path = join(root, 'proc', file);
  let text = readFileSync(path, 'utf8');
  for (const [from, to] of pairs) text = text.replace(from, to);
  writeFileSync(path, text);
}

test('cpu: shares of the time between two ticks, per core and in all', async () => {
  const rows = await rowsOf('cpu', () =>
    replace('stat', ['cpu  1000 20 300 8000 100', 'cpu  1050 20 325 8100 125'], ['cpu0 500 10 150 4000', 'cpu0 600 10 150 4100']),
  );
  expect(rows['total']).toEqual({ busy: 37.5, user: 25, system: 12.5, nice: 0, idle: 50, iowait: 12.5, irq: 0, softirq: 0, steal: 0 });
  expect(rows['0']).toMatchObject({ busy: 50, user: 50, idle: 50 });
  // No time went by for this core: it was taken offline.
  expect(rows['1']).toBeUndefined();
});

test('cpu: counters that start anew give no row', async () => {
  const rows = await rowsOf('cpu', () => replace('stat', ['cpu  1000 20 300 8000 100 5 15 10', 'cpu  1 1 1 1 1 1 1 1']));
  expect(rows).toEqual({});
});

test('memory: used is what is not available', async () => {
  const { '': row } = await rowsOf('memory');
  expect(row).toEqual({
    total: 16_000_000 * 1024,
    used: 6_000_000 * 1024,
    available: 10_000_000 * 1024,
    free: 4_000_000 * 1024,
    buffers: 500_000 * 1024,
    cached: 5_250_000 * 1024,
    used_percent: 37.5,
  });
});

test('memory: a kernel that does not say what is available', async () => {
  replace('meminfo', ['MemAvailable:   10000000 kB\n', '']);
  const { '': row } = await rowsOf('memory');
  expect(row?.['available']).toBe(9_750_000 * 1024);
});

test('swap: space and traffic', async () => {
  const { '': row } = await rowsOf('swap', () => replace('vmstat', ['pswpin 100', 'pswpin 102']));
  expect(row).toMatchObject({ total: 2_048_000_000, used: 512_000_000, used_percent: 25, out_bytes_per_second: 0 });
  expect(row?.['in_bytes_per_second']).toBeGreaterThanOrEqual(4096);
});

test('load and uptime', async () => {
  expect((await rowsOf('load'))['']).toEqual({ load1: 0.07, load5: 1.25, load15: 12.47 });
  expect((await rowsOf('uptime'))['']).toEqual({ uptime_seconds: 1624.51, boot_time_seconds: 1_795_386_704 });
});

test('pressure: what the kernel does not tell is absent', async () => {
  const rows = await rowsOf('pressure');
  expect(rows['io']).toEqual({ some_avg10: 1.05, some_avg60: 0.92, full_avg10: 0.25, full_avg60: 0.54 });
  expect(rows['cpu']).toEqual({ some_avg10: 1.05, some_avg60: 0.92, full_avg10: Number.NaN, full_avg60: Number.NaN });
});

test('disk_io: rates, latency and utilisation of whole disks', async () => {
  const rows = await rowsOf('disk_io', () =>
    replace('diskstats', ['vda 1000 9861 20000 500 2000 50139 40000 4000 0 1990', 'vda 1004 9861 20020 508 2000 50139 40000 4000 0 2990']),
  );
  expect(rows).toEqual({
    vda: {
      read_bytes_per_second: 5120,
      write_bytes_per_second: 0,
      reads_per_second: 2,
      writes_per_second: 0,
      read_latency_ms: 2,
      write_latency_ms: Number.NaN,
      utilization_percent: 50,
    },
  });
});

test('disk_io: a counter that wrapped is absent, the others are there', async () => {
  const rows = await rowsOf('disk_io', () => replace('diskstats', ['vda 1000 9861 20000', 'vda 1010 9861 5']));
  expect(rows['vda']).toMatchObject({ read_bytes_per_second: Number.NaN, reads_per_second: 5, writes_per_second: 0 });
});

test('network: rates of interfaces that ever carried a packet', async () => {
  const rows = await rowsOf('network', () => replace('net/dev', ['664600335   19185    3    2', '664602335   19195    5    2']));
  expect(Object.keys(rows)).toEqual(['lo', 'eth0', 'wlan0']);
  expect(rows['eth0']).toMatchObject({
    rx_bytes_per_second: 1000,
    rx_packets_per_second: 5,
    rx_errors_per_second: 1,
    tx_bytes_per_second: 0,
  });
});

test('network: an interface that was reset gives neither a negative rate nor a spike', async () => {
  const rows = await rowsOf('network', () => replace('net/dev', ['664600335   19185', '12   1']));
  expect(rows['eth0']).toMatchObject({ rx_bytes_per_second: Number.NaN, rx_packets_per_second: Number.NaN, tx_bytes_per_second: 0 });
});

test('sockets: both families together', async () => {
  const expected = { used: 160, tcp_in_use: 16, tcp_orphan: 1, tcp_time_wait: 3, tcp_allocated: 14, udp_in_use: 6 };
  expect((await rowsOf('sockets'))['']).toEqual(expected);
  rmSync(join(root, 'proc/net/sockstat6'));
  expect((await rowsOf('sockets'))['']).toEqual({ ...expected, tcp_in_use: 11, udp_in_use: 4 });
});

test('processes: counts now and rates', async () => {
  const { '': row } = await rowsOf('processes', () => replace('stat', ['processes 12451', 'processes 12471'], ['ctxt 1419309', 'ctxt 7']));
  expect(row).toEqual({
    total: 2,
    running: 2,
    blocked: 1,
    threads: 97,
    forks_per_second: 10,
    context_switches_per_second: Number.NaN,
    interrupts_per_second: 0,
  });
});

test('temperature: sensors by chip and label, below zero too', async () => {
  expect(await rowsOf('temperature')).toEqual({ 'coretemp Package id 0': { celsius: 41.5 }, 'coretemp temp2': { celsius: -5 } });
  rmSync(join(root, 'sys/class'), { recursive: true });
  await expect(rowsOf('temperature')).rejects.toThrow('has no temperature sensor');
});

test('agent: what it says of itself', async () => {
  const { '': row } = await rowsOf('agent', () => undefined);
  expect(row).toMatchObject({ tick_ms: 1, spool_batches: 2, spool_bytes: 3, collectors_failed: 4 });
  expect(row?.['rss_bytes']).toBeGreaterThan(1e6);
});

test('every collector runs on this machine or says why not', () => {
  const collectors = createCollectors(
    () => true,
    { proc: '/proc', sys: '/sys' },
    () => ({ tickMs: 0, spoolBatches: 0, spoolBytes: 0, collectorsFailed: 0 }),
  );
  expect(collectors.map(({ measurement }) => measurement)).toEqual(COLLECTOR_NAMES);
  for (const { fields, tags } of collectors) expect(new Set([...fields, ...tags]).size).toBe(fields.length + tags.length);
});
