// Sockets in use from /proc/net/sockstat and sockstat6, both families added up; TCP sockets by state, which costs, every half minute.
import { join } from 'node:path';
import { HostFile, type HostRoots } from '../host-file.ts';
import { Scanner } from '../scanner.ts';
import type { Collector, RowSink, Tick } from './collector.ts';
import { CounterPairs } from './counter-pairs.ts';
import { pageBytes } from './page-size.ts';
import { countTcpStates, TCP_STATES } from './tcp-states.ts';

const COUNT_STATES_EVERY_MS = 30_000;
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
  const value = (line: string, key: string): number => {
    const scanner = new Scanner(bytes);
    do {
      if (scanner.startsWith(line) && scanner.seekInLine(` ${key} `)) return scanner.number();
    } while (scanner.nextLine());
    return Number.NaN;
  };
  return {
    used: value('sockets:', 'used'),
    tcpInUse: value('TCP:', 'inuse'),
    tcpOrphan: value('TCP:', 'orphan'),
    tcpTimeWait: value('TCP:', 'tw'),
    tcpAllocated: value('TCP:', 'alloc'),
    udpInUse: value('UDP:', 'inuse'),
    tcpMemoryPages: value('TCP:', 'mem'),
    udpMemoryPages: value('UDP:', 'mem'),
  };
}

export function parseSockstat6(bytes: Buffer): { tcpInUse: number; udpInUse: number } {
  const inUse = (key: string): number => {
    const scanner = new Scanner(bytes);
    do {
      if (scanner.startsWith(key)) {
        scanner.pos += key.length;
        return scanner.number();
      }
    } while (scanner.nextLine());
    return 0;
  };
  return { tcpInUse: inUse('TCP6: inuse'), udpInUse: inUse('UDP6: inuse') };
}

const NO_STATES = TCP_STATES.map(() => Number.NaN);

export function createSocketsCollector(roots: HostRoots): Collector {
  const file = new HostFile(join(roots.proc, 'net/sockstat'));
  const file6 = new HostFile(join(roots.proc, 'net/sockstat6'));
  const snmp = new HostFile(join(roots.proc, 'net/snmp'));
  const established = new CounterPairs(['Tcp.CurrEstab']);
  const active = new Float64Array(1);
  let hasIpv6 = true;
  let states: ArrayLike<number> = NO_STATES;
  let countedMs = Number.NEGATIVE_INFINITY;

  const readCounts = (): SocketCounts => {
    const counts = parseSockstat(file.read());
    if (!hasIpv6) return counts;
    try {
      const more = parseSockstat6(file6.read());
      counts.tcpInUse += more.tcpInUse;
      counts.udpInUse += more.udpInUse;
    } catch (error) {
      // A kernel without IPv6 has no such file, and no such sockets.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      hasIpv6 = false;
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
      established.read(snmp.read(), active);
      const tooMany = counts.tcpInUse + counts.tcpTimeWait > MAX_LISTED_SOCKETS;
      if (tooMany) rows.problem(`more than ${MAX_LISTED_SOCKETS} TCP sockets: they are not counted by state`);
      if (tick.monotonicMs - countedMs >= COUNT_STATES_EVERY_MS) {
        states = tooMany ? NO_STATES : countStates();
        countedMs = tick.monotonicMs;
      }
      const { used, tcpInUse, tcpOrphan, tcpTimeWait, tcpAllocated, udpInUse, tcpMemoryPages, udpMemoryPages } = counts;
      const memory = [tcpMemoryPages * pageBytes(), udpMemoryPages * pageBytes()];
      rows.add([], [used, tcpInUse, tcpOrphan, tcpTimeWait, tcpAllocated, udpInUse, ...memory, active[0] as number, ...Array.from(states)]);
    },
    close(): void {
      file.close();
      file6.close();
      snmp.close();
    },
  };
}
