// Turns what systeminformation answers into the rows of the same measurements that Linux has. Pure.
import type { Systeminformation as Si } from 'systeminformation';
import type { CpuTimes } from './portable-source.ts';

/** Values by the name of their field; what is not there is absent. */
export interface PortableRow {
  tags: readonly string[];
  values: Readonly<Record<string, number>>;
}

/** Shares of the time between two readings in %; undefined where time did not go on. */
export function toCpuShares(now: CpuTimes, before: CpuTimes): Record<string, number> | undefined {
  const delta = (state: keyof CpuTimes): number => Math.max(0, now[state] - before[state]);
  const total = delta('user') + delta('nice') + delta('sys') + delta('idle') + delta('irq');
  if (total <= 0) return undefined;
  const share = (state: keyof CpuTimes): number => (delta(state) / total) * 100;
  const idle = share('idle');
  return { busy: 100 - idle, user: share('user'), system: share('sys'), nice: share('nice'), idle, irq: share('irq') };
}

/** All processors together, then each. */
export function toCpuRows(now: readonly CpuTimes[], before: readonly CpuTimes[]): PortableRow[] {
  const pairs = now.map((times, cpu) => [String(cpu), times, before[cpu]] as const);
  return [['total', sumOf(now), sumOf(before)] as const, ...pairs].flatMap(([cpu, times, earlier]) => {
    const values = earlier === undefined ? undefined : toCpuShares(times, earlier);
    return values === undefined ? [] : { tags: [cpu], values };
  });
}

function sumOf(all: readonly CpuTimes[]): CpuTimes {
  const sum = { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 };
  for (const times of all) for (const state of Object.keys(sum) as (keyof CpuTimes)[]) sum[state] += times[state];
  return sum;
}

/** Used is what is not available, as on Linux. */
export function toMemoryRow({ total, available, free, buffers, cached }: Si.MemData): PortableRow {
  const used = total - available;
  return { tags: [], values: { total, used, available, free, buffers, cached, used_percent: (used / total) * 100 } };
}

export function toSwapRow({ swaptotal: total, swapused: used, swapfree: free }: Si.MemData): PortableRow {
  return { tags: [], values: { total, free, used, used_percent: total > 0 ? (used / total) * 100 : 0 } };
}

/** As `df`: the share is of what users may have. A volume that macOS mounts more than once is one. */
export function toFilesystemRows(list: readonly Si.FsSizeData[]): PortableRow[] {
  const seen = new Set<string>();
  return list.flatMap(({ fs, type, mount, size, used, available }) => {
    if (!(size > 0) || seen.has(mount)) return [];
    seen.add(mount);
    const values = { total: size, used, free: available, used_percent: (used / (used + available)) * 100 };
    return { tags: [mount, fs, type], values };
  });
}

/** Counters since boot of one interface, by field. */
export interface NetworkCounters {
  name: string;
  counters: Readonly<Record<string, number>>;
}

export function toNetworkCounters(list: readonly Si.NetworkStatsData[]): NetworkCounters[] {
  return list.flatMap((one) => {
    if (one.rx_bytes + one.tx_bytes === 0) return [];
    const counters = {
      rx_bytes_per_second: one.rx_bytes,
      tx_bytes_per_second: one.tx_bytes,
      rx_errors_per_second: one.rx_errors,
      tx_errors_per_second: one.tx_errors,
      rx_dropped_per_second: one.rx_dropped,
      tx_dropped_per_second: one.tx_dropped,
    };
    return { name: one.iface, counters };
  });
}

/** Counters of all disks together, by field. */
export function toDiskCounters(bytes: Si.FsStatsData | null, requests: Si.DisksIoData | null): Record<string, number> {
  return {
    ...(bytes === null ? {} : { read_bytes_per_second: bytes.rx, write_bytes_per_second: bytes.wx }),
    ...(requests === null ? {} : { reads_per_second: requests.rIO, writes_per_second: requests.wIO }),
  };
}

export function toProcessesRow({ all, running, blocked, sleeping }: Si.ProcessesData): PortableRow {
  return { tags: [], values: { total: all, running, blocked, sleeping } };
}

/** Systems without a readable sensor answer with null, -1 or 0. */
export function toTemperatureRows({ main, cores }: { main: number | null; cores: (number | null)[] }): PortableRow[] {
  const sensors: [string, number | null][] = [['CPU', main], ...cores.map((core, at): [string, number | null] => [`CPU core ${at}`, core])];
  return sensors.flatMap(([sensor, celsius]) => (celsius !== null && celsius > 0 ? { tags: [sensor], values: { celsius } } : []));
}

export function toBatteryRows(battery: Si.BatteryData): PortableRow[] {
  if (!battery.hasBattery) return [];
  return [battery, ...(battery.additionalBatteries ?? [])].map((one, at) => {
    const { percent, maxCapacity, designedCapacity, voltage, cycleCount, isCharging } = one;
    const values = {
      charge_percent: percent,
      health_percent: designedCapacity > 0 && maxCapacity > 0 ? (maxCapacity / designedCapacity) * 100 : Number.NaN,
      volts: voltage > 0 ? voltage : Number.NaN,
      // Windows does not tell.
      cycles: cycleCount > 0 ? cycleCount : Number.NaN,
      charging: isCharging ? 1 : 0,
    };
    return { tags: [`BAT${at}`], values };
  });
}
