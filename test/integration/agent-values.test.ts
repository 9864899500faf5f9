// The agent's values are right on this machine: what the built-in collectors read is compared with what other programs read of it.
// Counters are read by awk before and after each tick, so the change that a collector saw lies between two known ones, whatever else the
// machine does meanwhile; levels lie between the readings before and after, with the slack that is given at each.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { createCollectors } from '../../agent/collectors/catalog.ts';
import { CollectorSet } from '../../agent/sampling/collector-set.ts';

const MIB = 1_048_576;
const BETWEEN_TICKS_MS = 1500;
const SENT_BYTES = 4 * MIB;
/** Dates the second tick so much later that collectors with long intervals run in it too; rates take the clock that does not step. */
const LATER_US = 3_600_000_000;

/** All in one child, as `name value` lines. */
const REFERENCE = `
awk '$1=="cpu"{print "cpu.user",$2;print "cpu.nice",$3;print "cpu.system",$4;print "cpu.idle",$5;print "cpu.iowait",$6;
  print "cpu.irq",$7;print "cpu.softirq",$8;print "cpu.steal",$9}
  $1=="ctxt"{print "ctxt",$2} $1=="processes"{print "forks",$2} $1=="btime"{print "boot",$2}' /proc/stat
awk -F'[: ]+' 'NR>2{sub(/^ +/,"");print "net." $1 ".rx",$2;print "net." $1 ".rx_packets",$3;print "net." $1 ".tx",$10;print "net." $1 ".tx_packets",$11}' /proc/net/dev
awk '{print "disk." $3 ".reads",$4;print "disk." $3 ".read_sectors",$6;print "disk." $3 ".writes",$8;print "disk." $3 ".write_sectors",$10}' /proc/diskstats
awk '$1=="pgpgin"{print "pgpgin",$2} $1=="pgfault"{print "pgfault",$2}' /proc/vmstat
awk '$1=="Tcp:"&&$2~/^[0-9]/{print "tcp.in",$11;print "tcp.out",$12}' /proc/net/snmp
cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4=="01"{e++} $4!="06"&&$4!="03"&&$4!="st"{n++} END{print "tcp.established",e+0;print "tcp.in_use",n+0}'
awk '{print "uptime",$1}' /proc/uptime
awk '{print "load1",$1;print "load5",$2;print "load15",$3}' /proc/loadavg
free -b | awk '$1=="Mem:"{print "mem.total",$2;print "mem.free",$4;print "mem.available",$7} $1=="Swap:"{print "swap.total",$2;print "swap.used",$3}'
ps -eo pid= | awk 'END{print "processes",NR}'
ps -eLo pid= | awk 'END{print "threads",NR}'
ps -o rss= -p $PPID | awk '{print "self.rss",$1*1024}'
df -a -B1 -P | awk 'NR>1{print "df." $6 ".total",$2;print "df." $6 ".used",$3;print "df." $6 ".free",$4;sub(/%/,"",$5);print "df." $6 ".percent",$5}'
df -a -i -P | awk 'NR>1{print "df." $6 ".inodes",$2;print "df." $6 ".inodes_used",$3}'
print() { echo "$1 $2"; }
print nproc "$(nproc)"
print cpus "$(grep -c '^processor' /proc/cpuinfo)"
print self.pid $PPID
`;

/** The tools of the reference and the Debian package of each. */
const TOOLS: Readonly<Record<string, string>> = {
  awk: 'mawk',
  grep: 'grep',
  free: 'procps',
  ps: 'procps',
  df: 'coreutils',
  nproc: 'coreutils',
};

type Reading = Map<string, number>;
type Row = Record<string, number>;

async function readReference(): Promise<Reading> {
  const { stdout } = await promisify(execFile)('sh', ['-c', REFERENCE], { env: { PATH: process.env['PATH'], LC_ALL: 'C' } });
  const pairs = stdout.split('\n').flatMap((line) => {
    const at = line.lastIndexOf(' ');
    return at < 0 ? [] : [[line.slice(0, at), Number(line.slice(at + 1))] as const];
  });
  return new Map(pairs);
}

async function assertTools(): Promise<void> {
  for (const [tool, package_] of Object.entries(TOOLS)) {
    await promisify(execFile)('sh', ['-c', `command -v ${tool}`]).catch(() => {
      throw new Error(`${tool} is missing, so the agent's values cannot be compared: apt-get install ${package_}`);
    });
  }
}

/** So that there is something to see on a machine that does nothing else. */
async function sendOverLoopback(bytes: number): Promise<void> {
  const server = createServer((socket) => void socket.resume().on('end', () => socket.end())).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.resume().end(Buffer.alloc(bytes));
  await once(socket, 'close');
  server.close();
}

/** Readings around the two ticks: before and after the first, before and after the second. */
let around: readonly [Reading, Reading, Reading, Reading];
let seconds: number;
/** Of the second tick, by measurement and tags. */
const rows = new Map<string, Map<string, Row>>();
const reports: string[] = [];

beforeAll(async () => {
  await assertTools();
  const self = () => ({ tickMs: 0, spoolBatches: 0, spoolBytes: 0, collectorsFailed: 0 });
  const note =
    (kind: string) =>
    (collector: string, ...more: unknown[]): void =>
      void reports.push([kind, collector, ...more].join(' '));
  const set = new CollectorSet(
    createCollectors(() => true, { proc: '/proc', sys: '/sys' }, self),
    {
      unavailable: note('unavailable'),
      absent: note('absent'),
      available: note('available'),
      incomplete: note('incomplete'),
      capped: note('capped'),
    },
  );
  const startUs = Date.now() * 1000;
  const runAt = async (timeUs: number): Promise<[Reading, number, Reading]> => {
    const before = await readReference();
    const monotonicMs = performance.now();
    await set.run({ timeUs, monotonicMs });
    return [before, monotonicMs, await readReference()];
  };
  const first = await runAt(startUs);
  set.take();
  await Promise.all([sendOverLoopback(SENT_BYTES), wait(BETWEEN_TICKS_MS)]);
  const second = await runAt(startUs + LATER_US);
  around = [first[0], first[2], second[0], second[2]];
  seconds = (second[1] - first[1]) / 1000;
  for (const frame of set.take()) {
    const count = frame.timeUs.length;
    const byTags = new Map<string, Row>();
    for (let row = 0; row < count; row++) {
      const values = frame.fields.map((field, column) => [field, frame.values[column * count + row] as number]);
      byTags.set(frame.series[frame.seriesIndex[row] as number]?.[0] ?? '', Object.fromEntries(values) as Row);
    }
    rows.set(frame.measurement, byTags);
  }
  set.close();
});

function collected(measurement: string, field: string, tag = ''): number {
  const value = rows.get(measurement)?.get(tag)?.[field];
  if (value === undefined) throw new Error(`${measurement} ${tag} has no ${field}; the collectors said: ${reports.join('; ')}`);
  return value;
}

function readingOf(name: string, at: 0 | 1 | 2 | 3): number {
  const value = around[at].get(name);
  if (value === undefined) throw new Error(`the reference has no ${name}`);
  return value;
}

/** What a counter changed by at least and at most between the moments at which the collector may have read it. */
function changeOf(name: string): [number, number] {
  return [readingOf(name, 2) - readingOf(name, 1), readingOf(name, 3) - readingOf(name, 0)];
}

function expectWithin(what: string, value: number, low: number, high: number): void {
  expect(value, `${what} is ${value}, not from ${low} to ${high}`).toBeGreaterThanOrEqual(low);
  expect(value, `${what} is ${value}, not from ${low} to ${high}`).toBeLessThanOrEqual(high);
}

/** `unit`: how much one of the counter is in the field. The slack is rounding alone, for the counters are the kernel's own. */
function expectRate(measurement: string, field: string, counter: string, unit = 1, tag = ''): void {
  const [least, most] = changeOf(counter);
  const change = collected(measurement, field, tag) * seconds;
  expectWithin(`${measurement} ${tag} ${field} × ${seconds.toFixed(3)} s`, change, least * unit - 0.5, most * unit + 0.5);
}

/** A level of now: between the readings before and after it, give or take `slack`. */
function expectLevel(measurement: string, field: string, name: string, slack: number, tag = ''): void {
  const pair = [readingOf(name, 2), readingOf(name, 3)];
  expectWithin(`${measurement} ${tag} ${field}`, collected(measurement, field, tag), Math.min(...pair) - slack, Math.max(...pair) + slack);
}

test('cpu: shares of the time that /proc/stat says went by', () => {
  const states = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'];
  const changes = states.map((state) => changeOf(`cpu.${state}`));
  const least = changes.reduce((sum, [low]) => sum + Math.max(0, low), 0);
  const most = changes.reduce((sum, [, high]) => sum + high, 0);
  states.forEach((state, at) => {
    const [low, high] = changes[at] as [number, number];
    // One clock tick of slack: the kernel lets idle and iowait go back by one.
    expectWithin(`cpu ${state}`, collected('cpu', state, 'total'), ((low - 1) / most) * 100, ((high + 1) / least) * 100);
  });
  const sum = states.reduce((total, state) => total + collected('cpu', state, 'total'), 0);
  expect(sum).toBeCloseTo(100, 6);
  expect(collected('cpu', 'busy', 'total')).toBeCloseTo(100 - collected('cpu', 'idle', 'total') - collected('cpu', 'iowait', 'total'), 6);
});

test('cpu: as many cores as the kernel lists, and no fewer than nproc lets a program use', () => {
  const cores = (rows.get('cpu')?.size ?? 0) - 1;
  expect(cores).toBe(readingOf('cpus', 3));
  expect(cores).toBeGreaterThanOrEqual(readingOf('nproc', 3));
});

test('memory and swap: as free says', () => {
  expectLevel('memory', 'total', 'mem.total', 0);
  // Other programs of the machine take and give back meanwhile: a build may move tens of megabytes between two reads.
  for (const field of ['free', 'available']) expectLevel('memory', field, `mem.${field}`, 128 * MIB);
  expectWithin(
    'memory used',
    collected('memory', 'used'),
    collected('memory', 'total') - collected('memory', 'available'),
    collected('memory', 'total'),
  );
  expectLevel('swap', 'total', 'swap.total', 0);
  expectLevel('swap', 'used', 'swap.used', 16 * MIB);
});

test('filesystem: as df says, of every mount that is shown', () => {
  const mounts = [...(rows.get('filesystem')?.keys() ?? [])];
  expect(mounts).toContain('/');
  for (const mount of mounts) {
    expectLevel('filesystem', 'total', `df.${mount}.total`, 0, mount);
    // Files are written meanwhile.
    for (const field of ['used', 'free']) expectLevel('filesystem', field, `df.${mount}.${field}`, 64 * MIB, mount);
    // df rounds its share up.
    expectLevel('filesystem', 'used_percent', `df.${mount}.percent`, 1, mount);
    expectLevel('filesystem', 'inodes_total', `df.${mount}.inodes`, 0, mount);
    expectLevel('filesystem', 'inodes_used', `df.${mount}.inodes_used`, 2000, mount);
  }
});

test('network and disk I/O: the change of every counter lies between the kernel’s own', () => {
  const interfaces = [...(rows.get('network')?.keys() ?? [])];
  expect(interfaces).toContain('lo');
  expect(collected('network', 'rx_bytes_per_second', 'lo') * seconds).toBeGreaterThan(SENT_BYTES);
  for (const name of interfaces) {
    for (const way of ['rx', 'tx']) {
      expectRate('network', `${way}_bytes_per_second`, `net.${name}.${way}`, 1, name);
      expectRate('network', `${way}_packets_per_second`, `net.${name}.${way}_packets`, 1, name);
    }
  }
  for (const device of rows.get('disk_io')?.keys() ?? []) {
    for (const way of ['read', 'write']) {
      expectRate('disk_io', `${way}_bytes_per_second`, `disk.${device}.${way}_sectors`, 512, device);
      expectRate('disk_io', `${way}s_per_second`, `disk.${device}.${way}s`, 1, device);
    }
    expectWithin('utilization', collected('disk_io', 'utilization_percent', device), 0, 101);
  }
});

test('processes, paging and TCP: rates', () => {
  expectRate('processes', 'forks_per_second', 'forks');
  expectRate('processes', 'context_switches_per_second', 'ctxt');
  expectRate('paging', 'in_bytes_per_second', 'pgpgin', 1024);
  expectRate('paging', 'faults_per_second', 'pgfault');
  expectRate('protocols', 'tcp_segments_received_per_second', 'tcp.in');
  expectRate('protocols', 'tcp_segments_sent_per_second', 'tcp.out');
});

test('processes and sockets: counts', () => {
  // Short-lived programs come and go between two listings, the reference's own among them.
  expectLevel('processes', 'total', 'processes', 25);
  expectLevel('processes', 'threads', 'threads', 60);
  expectLevel('sockets', 'tcp_in_use', 'tcp.in_use', 25);
  expectLevel('sockets', 'active_connections', 'tcp.established', 25);
});

test('uptime and load', () => {
  // /proc/uptime has hundredths of a second.
  expectLevel('uptime', 'uptime_seconds', 'uptime', 0.02);
  // A clock that is slewed moves it over a second's edge.
  expectLevel('uptime', 'boot_time_seconds', 'boot', 1);
  // The kernel brings them up to date every five seconds: the value is the one before or the one after.
  for (const field of ['load1', 'load5', 'load15']) expectLevel('load', field, field, 0.011);
});

test('the agent itself: what ps says of this process', () => {
  expect(readingOf('self.pid', 3)).toBe(process.pid);
  // The heap breathes between the readings.
  expectLevel('agent', 'rss_bytes', 'self.rss', 48 * MIB);
});

test('a collector that has no rows has said why', () => {
  const silent = createCollectors(
    () => true,
    { proc: '/proc', sys: '/sys' },
    () => ({ tickMs: 0, spoolBatches: 0, spoolBytes: 0, collectorsFailed: 0 }),
  )
    .map(({ measurement }) => measurement)
    .filter(
      (name) =>
        !rows.has(name) && !reports.some((report) => report.startsWith(`absent ${name} `) || report.startsWith(`unavailable ${name} `)),
    );
  // A GPU or container that is there but has nothing to say now, and drives that sleep, are silent rightly.
  expect(silent.filter((name) => !['gpu', 'containers', 'smart', 'pressure', 'disk_io'].includes(name))).toEqual([]);
});
