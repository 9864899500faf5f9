// Traffic of network interfaces from /proc/net/dev (man 5 proc_pid_net). Interfaces that never carried a packet are left out, and those of
// containers and guests, which come and go. Those that lie on others have `physical` 0.
import { join } from 'node:path';
import { type Collector, perSecond, type RowSink, type Tick } from '../host/collector.ts';
import { HostFile, type HostRoots } from '../host/host-file.ts';
import { isTransientInterface, physicalInterfaces } from '../host/physical-devices.ts';
import { Scanner } from '../host/scanner.ts';

const COLON = 58;

/** Counters since the interface came up: bytes, packets, errors, dropped; received first, then sent. */
export interface InterfaceCounters {
  name: string;
  received: readonly [number, number, number, number];
  sent: readonly [number, number, number, number];
}

export function parseNetDev(bytes: Buffer): InterfaceCounters[] {
  const scanner = new Scanner(bytes);
  const interfaces: InterfaceCounters[] = [];
  scanner.nextLine();
  while (scanner.nextLine()) {
    const name = scanner.word(COLON);
    scanner.pos++;
    const received = [scanner.number(), scanner.number(), scanner.number(), scanner.number()] as const;
    scanner.skipWords(4);
    const sent = [scanner.number(), scanner.number(), scanner.number(), scanner.number()] as const;
    if (received[1] + sent[1] > 0) interfaces.push({ name, received, sent });
  }
  return interfaces;
}

/** What an interface lies on does not change while it is there, as a rule. */
const LOOK_AGAIN_EVERY_MS = 60_000;

/** `transient`: are those of containers and guests wanted? */
export function createNetworkCollector(roots: HostRoots, transient: () => boolean = () => false): Collector {
  const file = new HostFile(join(roots.proc, 'net/dev'));
  let physical: ReadonlySet<string> = new Set();
  let lookedMs = Number.NEGATIVE_INFINITY;
  let before = new Map<string, InterfaceCounters>();
  let beforeMs = 0;
  const row = new Float64Array(9);
  return {
    measurement: 'network',
    tags: ['interface'],
    fields: [
      'rx_bytes_per_second',
      'tx_bytes_per_second',
      'rx_packets_per_second',
      'tx_packets_per_second',
      'rx_errors_per_second',
      'tx_errors_per_second',
      'rx_dropped_per_second',
      'tx_dropped_per_second',
      'physical',
    ],
    collect(rows: RowSink, tick: Tick): void {
      const seconds = (tick.monotonicMs - beforeMs) / 1000;
      const now = new Map<string, InterfaceCounters>();
      const all = parseNetDev(file.read());
      const isNew = all.some(({ name }) => !before.has(name) && (physical.size === 0 || !isTransientInterface(name)));
      if (isNew || tick.monotonicMs - lookedMs >= LOOK_AGAIN_EVERY_MS) {
        const names = all.map(({ name }) => name);
        physical = physicalInterfaces(roots, names);
        lookedMs = tick.monotonicMs;
      }
      const isWanted = transient();
      const interfaces = all.filter(({ name }) => isWanted || physical.has(name) || !isTransientInterface(name));
      for (const counters of interfaces) {
        now.set(counters.name, counters);
        const earlier = before.get(counters.name);
        if (earlier === undefined) continue;
        for (let i = 0; i < 4; i++) {
          row[i * 2] = perSecond(counters.received[i]!, earlier.received[i]!, seconds);
          row[i * 2 + 1] = perSecond(counters.sent[i]!, earlier.sent[i]!, seconds);
        }
        row[8] = Number(physical.has(counters.name));
        rows.add([counters.name], row);
      }
      before = now;
      beforeMs = tick.monotonicMs;
    },
    close: () => file.close(),
  };
}
