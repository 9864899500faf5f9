// Sockets in use from /proc/net/sockstat and sockstat6; both families are added up.
import { join } from 'node:path';
import { HostFile, type HostRoots } from '../host-file.ts';
import { Scanner } from '../scanner.ts';
import type { Collector, RowSink } from './collector.ts';

export interface SocketCounts {
  used: number;
  tcpInUse: number;
  tcpOrphan: number;
  tcpTimeWait: number;
  tcpAllocated: number;
  udpInUse: number;
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

export function createSocketsCollector(roots: HostRoots): Collector {
  const file = new HostFile(join(roots.proc, 'net/sockstat'));
  const file6 = new HostFile(join(roots.proc, 'net/sockstat6'));
  let hasIpv6 = true;
  return {
    measurement: 'sockets',
    tags: [],
    fields: ['used', 'tcp_in_use', 'tcp_orphan', 'tcp_time_wait', 'tcp_allocated', 'udp_in_use'],
    collect(rows: RowSink): void {
      const counts = parseSockstat(file.read());
      if (hasIpv6) {
        try {
          const more = parseSockstat6(file6.read());
          counts.tcpInUse += more.tcpInUse;
          counts.udpInUse += more.udpInUse;
        } catch (error) {
          // A kernel without IPv6 has no such file, and no such sockets.
          if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
          hasIpv6 = false;
        }
      }
      rows.add([], [counts.used, counts.tcpInUse, counts.tcpOrphan, counts.tcpTimeWait, counts.tcpAllocated, counts.udpInUse]);
    },
    close(): void {
      file.close();
      file6.close();
    },
  };
}
