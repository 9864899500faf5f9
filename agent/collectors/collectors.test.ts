// Every collector over the recorded tree: the rows of its first tick, and of a second one where it needs two.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FrameColumns } from '../../core/common/frame.ts';
import { FrameBuilder } from '../sampling/frame-builder.ts';
import { COLLECTOR_NAMES, createCollectors } from './catalog.ts';

const FIXTURES = fileURLToPath(new URL('../../test/fixtures/', import.meta.url));
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'muster-proc-'));
  for (const tree of ['proc', 'sys']) cpSync(join(FIXTURES, tree), join(root, tree), { recursive: true });
  mkdirSync(join(root, 'run'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Runs one collector: a tick, then `change`, then a second tick two seconds later. Gives the rows of the last tick by their tags. */
async function rowsOf(name: string, change?: () => void): Promise<Record<string, Record<string, number>>> {
  const roots = { proc: join(root, 'proc'), sys: join(root, 'sys'), run: join(root, 'run') };
  const self = () => ({ tickMs: 1, spoolBatches: 2, spoolBytes: 3, collectorsFailed: 4, skewMs: -12, boots: 5 });
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

test('cpu: a core that begins anew is a gap, of the sum too; iowait and steal may go back', async () => {
  const anew = await rowsOf('cpu', () =>
    replace('stat', ['cpu  1000 20 300 8000 100', 'cpu  1050 20 325 4200 100'], ['cpu0 500 10 150 4000', 'cpu0 540 10 150 10']),
  );
  expect(anew).toEqual({});
  const back = await rowsOf('cpu', () =>
    replace('stat', ['cpu  1050 20 325 4200 100', 'cpu  1100 20 325 4250 90'], ['cpu0 540 10 150 10', 'cpu0 590 10 150 60']),
  );
  expect(back).toMatchObject({ total: { busy: 50, idle: 50, iowait: 0 }, 0: { busy: 50 } });
});

test('cpu: more time than there was is a gap', async () => {
  const rows = await rowsOf('cpu', () =>
    replace('stat', ['cpu  1000 20 300 8000 100 5 15 10', 'cpu  1050 20 300 8150 100 5 15 832000000'], ['cpu0 500', 'cpu0 50000']),
  );
  expect(rows).toEqual({});
});

test('memory: what was counted below zero is nothing', async () => {
  replace('meminfo', ['MemAvailable:   10000000 kB', 'MemAvailable: 18446744073709475000 kB']);
  const { '': row } = await rowsOf('memory');
  expect(row).toMatchObject({ available: 0, used: 16_000_000 * 1024, used_percent: 100 });
});

test('memory: more available than there is, as a container may be told, is all of it', async () => {
  replace('meminfo', ['MemAvailable:   10000000 kB', 'MemAvailable:   99000000 kB']);
  expect((await rowsOf('memory'))['']).toMatchObject({ used: 0, used_percent: 0 });
});

test('memory: the cache of ZFS is given back down to its least size, unless it is the cache of another machine', async () => {
  mkdirSync(join(root, 'proc/spl/kstat/zfs'), { recursive: true });
  const stats = ['13 1 0x01 116', 'name type data', 'hits 4 1', `c_min 4 ${1e9}`, `size 4 ${3e9}`];
  writeFileSync(join(root, 'proc/spl/kstat/zfs/arcstats'), stats.map((line) => `${line}\n`).join(''));
  expect((await rowsOf('memory'))['']?.['available']).toBe(10_000_000 * 1024 + 2e9);
  writeFileSync(join(root, 'proc/mounts'), 'lxcfs /proc/meminfo fuse.lxcfs rw 0 0\n');
  expect((await rowsOf('memory'))['']?.['available']).toBe(10_000_000 * 1024);
});

test('memory: used is what is not available', async () => {
  const { '': row } = await rowsOf('memory');
  expect(row).toMatchObject({
    total: 16_000_000 * 1024,
    used: 6_000_000 * 1024,
    available: 10_000_000 * 1024,
    free: 4_000_000 * 1024,
    buffers: 500_000 * 1024,
    cached: 5_250_000 * 1024,
    used_percent: 37.5,
    active: 524_336 * 1024,
    shared: 8788 * 1024,
    committed: 565_936 * 1024,
    writeback: Number.NaN,
    pressure_some_avg10: 1.05,
    pressure_full_avg10: 0.25,
  });
  rmSync(join(root, 'proc/pressure'), { recursive: true });
  expect((await rowsOf('memory'))['']).toMatchObject({ used_percent: 37.5, pressure_some_avg10: Number.NaN });
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

test('swap: free that was counted below zero is none', async () => {
  const text = readFileSync(join(root, 'proc/meminfo'), 'utf8').replace(/SwapFree:\s+\d+/, 'SwapFree: 18446744073709475000');
  writeFileSync(join(root, 'proc/meminfo'), text);
  expect((await rowsOf('swap'))['']).toMatchObject({ free: 0, used_percent: 100 });
});

test('uptime: the boot moves with a clock that is set later', async () => {
  const rows = await rowsOf('uptime', () => replace('stat', ['btime 1795386704', 'btime 1795390000']));
  expect(rows['']?.['boot_time_seconds']).toBe(1_795_390_000);
});

test('load and uptime', async () => {
  expect((await rowsOf('load'))['']).toEqual({ load1: 0.07, load5: 1.25, load15: 12.47 });
  expect((await rowsOf('uptime'))['']).toEqual({ uptime_seconds: 1624.51, boot_time_seconds: 1_795_386_704, boots: 5 });
});

test('pressure: what the kernel does not tell is absent', async () => {
  const rows = await rowsOf('pressure', () => replace('pressure/io', ['total=103097827', 'total=103597827']));
  expect(rows['io']).toEqual({ some_percent: 25, full_percent: 0, some_avg10: 1.05, some_avg60: 0.92, full_avg10: 0.25, full_avg60: 0.54 });
  expect(rows['cpu']).toMatchObject({
    some_percent: 0,
    some_avg10: 1.05,
    some_avg60: 0.92,
    full_avg10: Number.NaN,
    full_avg60: Number.NaN,
  });
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
      in_flight: 0,
      queue_length: 0,
      discard_bytes_per_second: 0,
      flushes_per_second: 0,
      physical: 1,
    },
  });
});

test('disk_io: time without a request is no latency', async () => {
  const rows = await rowsOf('disk_io', () => replace('diskstats', ['vda 1000 9861 20000 500', 'vda 1000 9861 20000 900']));
  expect(rows['vda']).toMatchObject({ reads_per_second: 0, read_latency_ms: Number.NaN, utilization_percent: 0 });
});

test('disk_io and pressure: more time than there was is a gap, what was counted late is all of it', async () => {
  const disk = async (from: number, to: number) =>
    (await rowsOf('disk_io', () => replace('diskstats', [`4000 0 ${from}`, `4000 0 ${to}`])))['vda'];
  expect((await disk(1990, 4990))?.['utilization_percent']).toBe(100);
  expect((await disk(4990, 90_000_000))?.['utilization_percent']).toBeNaN();
  const pressure = await rowsOf('pressure', () => replace('pressure/io', ['total=103097827', 'total=993097827']));
  expect(pressure['io']).toMatchObject({ some_percent: Number.NaN, full_percent: 0 });
});

test('disk_io: a disk that lies on others is not physical', async () => {
  mkdirSync(join(root, 'sys/block/vda/slaves/sdb'), { recursive: true });
  expect((await rowsOf('disk_io', () => undefined))['vda']?.['physical']).toBe(0);
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

test('network: those of containers and guests are left out, and more than a device can move is a gap', async () => {
  const veth = 'vethab12cd3: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n';
  writeFileSync(join(root, 'proc/net/dev'), readFileSync(join(root, 'proc/net/dev'), 'utf8') + veth);
  const rows = await rowsOf('network', () => replace('net/dev', ['664600335', '98664600335000']));
  expect(Object.keys(rows)).toEqual(['lo', 'eth0', 'wlan0']);
  expect(rows['eth0']).toMatchObject({ rx_bytes_per_second: Number.NaN, rx_packets_per_second: 0, physical: 1 });
  expect(rows['lo']?.['physical']).toBe(0);
});

test('network: an interface that was reset gives neither a negative rate nor a spike', async () => {
  const rows = await rowsOf('network', () => replace('net/dev', ['664600335   19185', '12   1']));
  expect(rows['eth0']).toMatchObject({ rx_bytes_per_second: Number.NaN, rx_packets_per_second: Number.NaN, tx_bytes_per_second: 0 });
});

test('sockets: both families together', async () => {
  const expected = { used: 160, tcp_in_use: 16, tcp_orphan: 1, tcp_time_wait: 3, tcp_allocated: 14, udp_in_use: 6, active_connections: 9 };
  expect((await rowsOf('sockets'))['']).toMatchObject({
    ...expected,
    tcp_state_established: 1,
    tcp_state_listen: 2,
    tcp_state_time_wait: 1,
    tcp_state_close_wait: 1,
    tcp_state_syn_sent: 0,
  });
  rmSync(join(root, 'proc/net/sockstat6'));
  rmSync(join(root, 'proc/net/tcp6'));
  expect((await rowsOf('sockets'))['']).toMatchObject({ tcp_state_listen: 1, ...expected, tcp_in_use: 11, udp_in_use: 4 });
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
    sleeping: 1,
    idle: 0,
    uninterruptible: 0,
    stopped: 0,
    zombies: 1,
  });
});

test('process: the top by CPU and by memory, without secrets in the command line', async () => {
  const stat = join(root, 'proc/1/stat');
  const rows = await rowsOf('process', () => writeFileSync(stat, readFileSync(stat, 'utf8').replace(' 150 250 ', ' 170 280 ')));
  const memory_percent = ((3250 * 4096) / (16_000_000 * 1024)) * 100;
  const systemd = { pid: 1, cpu_percent: 25, rss_bytes: 3250 * 4096, memory_percent, threads: 1 };
  expect(rows).toEqual({ 'cpu 1': systemd, 'memory 1': systemd });
});

test('protocols: rates of both files; a share where something was sent', async () => {
  const { '': row } = await rowsOf('protocols', () => {
    replace('net/snmp', ['4560030 4561000 30100', '4560230 4561400 30104'], ['Udp: 6912 2 0', 'Udp: 1 4 0']);
    replace('net/netstat', ['TcpExt: 0 4 5', 'TcpExt: 0 6 5']);
  });
  expect(row).toMatchObject({
    tcp_segments_received_per_second: 100,
    tcp_segments_sent_per_second: 200,
    tcp_retransmits_per_second: 2,
    tcp_retransmit_percent: 1,
    tcp_listen_overflows_per_second: 1,
    tcp_active_opens_per_second: 0,
    // A counter that went back is a gap, no spike.
    udp_received_per_second: Number.NaN,
    udp_no_port_per_second: 1,
  });
});

test('softnet, paging and kernel', async () => {
  const softnet = await rowsOf('softnet', () => replace('net/softnet_stat', ['00229651 00000001', '0022965b 00000003']));
  expect(softnet['']).toEqual({ processed_per_second: 5, dropped_per_second: 1, squeezed_per_second: 0 });
  const paging = await rowsOf('paging', () => replace('vmstat', ['pgpgin 1000', 'pgpgin 1010'], ['oom_kill 3', 'oom_kill 5']));
  expect(paging['']).toMatchObject({ in_bytes_per_second: 5120, faults_per_second: 0, oom_kills_per_second: 1, oom_kills: 5 });
  expect((await rowsOf('kernel'))['']).toMatchObject({ open_files: 592, entropy_bits: 256, tracked_connections_percent: 25 });
  const tracked = join(root, 'proc/sys/net/netfilter/nf_conntrack_count');
  const count = readFileSync(tracked);
  // The module is loaded while the agent runs.
  rmSync(tracked);
  expect((await rowsOf('kernel', () => writeFileSync(tracked, count)))['']).toMatchObject({ tracked_connections_percent: 25 });
  rmSync(join(root, 'proc/sys/net'), { recursive: true });
  expect((await rowsOf('kernel'))['']).toMatchObject({ open_files: 592, tracked_connections: Number.NaN });
});

test('fan, power, voltage and battery', async () => {
  expect(await rowsOf('fan')).toEqual({ 'coretemp CPU': { rpm: 1200 } });
  expect((await rowsOf('power'))['coretemp power1']?.['watts']).toBeCloseTo(12.345678);
  expect(await rowsOf('voltage')).toEqual({ 'coretemp in0': { volts: 1.216 } });
  expect(await rowsOf('battery')).toEqual({
    BAT0: { charge_percent: 75, health_percent: 80, watts: -6.5, volts: 11.8, cycles: 312, charging: 0 },
  });
  rmSync(join(root, 'sys/class/power_supply/BAT0'), { recursive: true });
  await expect(rowsOf('battery')).rejects.toThrow('power_supply has no battery');
});

test('cpu_frequency: cores that are offline are left out', async () => {
  await expect(rowsOf('cpu_frequency')).rejects.toThrow('does not tell how fast the cores run');
  for (const [core, khz] of ['2000000', '3000000', undefined].entries()) {
    const folder = join(root, `sys/devices/system/cpu/cpu${core}/cpufreq`);
    mkdirSync(folder, { recursive: true });
    if (khz !== undefined) writeFileSync(join(folder, 'scaling_cur_freq'), `${khz}\n`);
  }
  expect(await rowsOf('cpu_frequency')).toEqual({ '': { mean_hertz: 2.5e9, lowest_hertz: 2e9, highest_hertz: 3e9 } });
});

test('cpu_frequency: of very many cores the mean of some, and no lowest or highest', async () => {
  for (let core = 0; core < 1100; core++) {
    const folder = join(root, `sys/devices/system/cpu/cpu${core}/cpufreq`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'scaling_cur_freq'), core < 550 ? '1000000\n' : '3000000\n');
  }
  const { '': row } = await rowsOf('cpu_frequency');
  expect(row).toEqual({ mean_hertz: 2e9, lowest_hertz: Number.NaN, highest_hertz: Number.NaN });
});

test('clock: who keeps it, and how far it is off', async () => {
  expect(await rowsOf('clock')).toEqual({ '': { kept: 0, synchronized: Number.NaN, skew_ms: -12 } });
  mkdirSync(join(root, 'run/systemd/timesync'), { recursive: true });
  expect(await rowsOf('clock')).toEqual({ '': { kept: 1, synchronized: 0, skew_ms: -12 } });
  writeFileSync(join(root, 'run/systemd/timesync/synchronized'), '');
  expect(await rowsOf('clock')).toEqual({ '': { kept: 1, synchronized: 1, skew_ms: -12 } });
});

test('users: utmp without what is over, else the sessions of logind', async () => {
  await expect(rowsOf('users')).rejects.toThrow('nobody tells who is logged in');
  const sessions = join(root, 'run/systemd/sessions');
  mkdirSync(sessions, { recursive: true });
  writeFileSync(join(sessions, '3'), 'UID=1000\nUSER=ada\nREMOTE=1\nCLASS=user\nSTATE=active\nLEADER=42\n');
  writeFileSync(join(sessions, 'c1'), 'UID=107\nUSER=gdm\nREMOTE=0\nCLASS=greeter\nSTATE=online\n');
  expect(await rowsOf('users')).toEqual({ '': { sessions: 1, users: 1, remote_sessions: 1 } });
  const record = (type: number, pid: number, user: string, host: string): Buffer => {
    const bytes = Buffer.alloc(384);
    bytes.writeInt16LE(type, 0);
    bytes.writeInt32LE(pid, 4);
    bytes.write(user, 44);
    bytes.write(host, 76);
    return bytes;
  };
  const records = [record(7, 42, 'ada', ':0'), record(7, 1, 'ada', 'laptop.example'), record(8, 42, 'bob', ''), record(7, 999, 'gone', '')];
  writeFileSync(join(root, 'run/utmp'), Buffer.concat([...records, Buffer.alloc(100)]));
  expect(await rowsOf('users')).toEqual({ '': { sessions: 2, users: 1, remote_sessions: 1 } });
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
