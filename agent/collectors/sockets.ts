// Sockets in use from /proc/net/sockstat and sockstat6, both families added up; TCP sockets by state, which costs, every minute.
import { join } from 'node:path';
import type { Collector, RowSink, Tick } from '../host/collector.ts';
import { HostFile, type HostRoots } from '../host/host-file.ts';
import { Scanner } from '../host/scanner.ts';
import { TickFiles } from '../host/tick-files.ts';
import { CounterPairs } from './counter-pairs.ts';
import { pageBytes } from './page-size.ts';
import { countTcpStates, TCP_STATES } from './tcp-states.ts';

const COUNT_STATES_EVERY_MS = 60_000;
/** The kernel takes about 1 µs a socket to list them, and some milliseconds however few there are: it walks the whole table. */
const MAX_LISTED_SOCKETS = 20_000;

export interface SocketCounts {
  used: number;
  tcpInUse: number;
  tcpOrphan: number;
  tcpTimeWait: number;
  tcpAllocated: number;
  udpInUse: number;
  tcpMemoryPages: number;
  udpMemoryPages: number;
}

export function parseSockstat(bytes: Buffer): SocketCounts {
  const scanner = new Scanner(bytes);
  // In the order of the line, so that each is looked for from where the one before stood.
  const value = (key: string): number => (scanner.seekInLine(key) ? scanner.number() : Number.NaN);
  const counts = { ...NO_COUNTS };
  if (scanner.done) return counts;
  do {
    if (scanner.startsWith('sockets:')) {
      counts.used = value(' used ');
    } else if (scanner.startsWith('TCP:')) {
      counts.tcpInUse = value(' inuse ');
      counts.tcpOrphan = value(' orphan ');
      counts.tcpTimeWait = value(' tw ');
      counts.tcpAllocated = value(' alloc ');
      counts.tcpMemoryPages = value(' mem ');
    } else if (scanner.startsWith('UDP:')) {
      counts.udpInUse = value(' inuse ');
      counts.udpMemoryPages = value(' mem ');
    }
  } while (scanner.nextLine());
  return counts;
}

const NO_COUNTS: SocketCounts = {
  used: Number.NaN,
  tcpInUse: Number.NaN,
  tcpOrphan: Number.NaN,
  tcpTimeWait: Number.NaN,
  tcpAllocated: Number.NaN,
  udpInUse: Number.NaN,
  tcpMemoryPages: Number.NaN,
  udpMemoryPages: Number.NaN,
};

export function parseSockstat6(bytes: Buffer): { tcpInUse: number; udpInUse: number } {
  const scanner = new Scanner(bytes);
  const inUse = { tcpInUse: 0, udpInUse: 0 };
  if (scanner.done) return inUse;
  do {
    if (scanner.startsWith('TCP6: inuse')) {
      scanner.skipWords(2);
      inUse.tcpInUse = scanner.number();
    } else if (scanner.startsWith('UDP6: inuse')) {
      scanner.skipWords(2);
      inUse.udpInUse = scanner.number();
    }
  } while (scanner.nextLine());
  return inUse;
}

/** The fields in front of the states. */
const COUNTS = 9;
const NO_STATES = TCP_STATES.map(() => Number.NaN);

export function createSocketsCollector(roots: HostRoots, files = new TickFiles(roots)): Collector {
  const file = new HostFile(join(roots.proc, 'net/sockstat'));
  const file6 = new HostFile(join(roots.proc, 'net/sockstat6'));
  const snmp = files.file('net/snmp');
  const row = new Float64Array(COUNTS + TCP_STATES.length);
  const established = new CounterPairs(['Tcp.CurrEstab']);
  const active = new Float64Array(1);
  let states: ArrayLike<number> = NO_STATES;
  let countedMs = Number.NEGATIVE_INFINITY;

  const readCounts = (): SocketCounts => {
    const counts = parseSockstat(file.read());
    try {
      const more = parseSockstat6(file6.read());
      counts.tcpInUse += more.tcpInUse;
      counts.udpInUse += more.udpInUse;
    } catch (error) {
      // A kernel without IPv6 has no such file, and no such sockets, until its module is loaded.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    return counts;
  };

  const countStates = (): ArrayLike<number> => countTcpStates([join(roots.proc, 'net/tcp'), join(roots.proc, 'net/tcp6')]);

  return {
    measurement: 'sockets',
    tags: [],
    fields: [
      'used',
      'tcp_in_use',
      'tcp_orphan',
      'tcp_time_wait',
      'tcp_allocated',
      'udp_in_use',
      'tcp_memory_bytes',
      'udp_memory_bytes',
      'active_connections',
      ...TCP_STATES.map((state) => `tcp_state_${state}`),
    ],
    collect(rows: RowSink, tick: Tick): void {
      const counts = readCounts();
      established.read(snmp.read(tick), active);
      const tooMany = counts.tcpInUse + counts.tcpTimeWait > MAX_LISTED_SOCKETS;
      if (tooMany) {
        rows.problem(`more than ${MAX_LISTED_SOCKETS} TCP sockets: they are not counted by state`);
        states = NO_STATES;
      }
      if (tick.monotonicMs - countedMs >= COUNT_STATES_EVERY_MS) {
        states = tooMany ? NO_STATES : countStates();
        countedMs = tick.monotonicMs;
      }
      row[0] = counts.used;
      row[1] = counts.tcpInUse;
      row[2] = counts.tcpOrphan;
      row[3] = counts.tcpTimeWait;
      row[4] = counts.tcpAllocated;
      row[5] = counts.udpInUse;
      row[6] = counts.tcpMemoryPages * pageBytes(roots.proc);
      row[7] = counts.udpMemoryPages * pageBytes(roots.proc);
      row[8] = active[0]!;
      row.set(states, COUNTS);
      rows.add([], row);
    },
    close(): void {
      file.close();
      file6.close();
      snmp.close();
    },
  };
}
