// The batteries of the machine itself from /sys/class/power_supply (Documentation/ABI/testing/sysfs-class-power).
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import type { Collector, RowSink } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { list, readText } from './sys-files.ts';

/** NaN where the battery does not tell, or tells what cannot be. */
export interface Battery {
  chargePercent: number;
  /** What it holds when full, against what it held when new. */
  healthPercent: number;
  /** Into the battery above zero, out of it below. */
  watts: number;
  volts: number;
  cycles: number;
  /** 1 or 0. */
  charging: number;
}

/** A new battery may hold somewhat more than its label says. */
const MAX_HEALTH_PERCENT = 150;
const MAX_WATTS = 100_000;
const MAX_VOLTS = 1500;

/** A supply's `uevent` file; undefined where it is no battery, its slot is empty, or it is that of a mouse or a headset. */
export function parsePowerSupply(uevent: string): Battery | undefined {
  const values = new Map(uevent.split('\n').map((line) => line.replace('POWER_SUPPLY_', '').split('=', 2) as [string, string]));
  if (values.get('TYPE') !== 'Battery' || values.get('SCOPE') === 'Device' || values.get('PRESENT') === '0') return undefined;
  const number = (key: string): number => {
    const text = values.get(key) ?? '';
    return /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  };
  const volts = within(number('VOLTAGE_NOW') / 1e6, 0.1, MAX_VOLTS);
  const power = values.has('POWER_NOW') ? number('POWER_NOW') / 1e6 : (number('CURRENT_NOW') / 1e6) * volts;
  const flow = within(Math.abs(power), 0, MAX_WATTS);
  const status = values.get('STATUS') ?? 'Unknown';
  const share = (part: string, whole: string, most: number): number => {
    // Both in watt-hours or both in ampere-hours.
    const ratios = ['ENERGY', 'CHARGE'].map((unit) => (number(`${unit}_${part}`) / number(`${unit}_${whole}`)) * 100);
    return ratios.map((percent) => within(percent, 0, most)).find((percent) => !Number.isNaN(percent)) ?? Number.NaN;
  };
  const capacity = within(number('CAPACITY'), 0, 100);
  const cycles = number('CYCLE_COUNT');
  return {
    chargePercent: Number.isNaN(capacity) ? Math.min(100, share('NOW', 'FULL', MAX_HEALTH_PERCENT)) : capacity,
    healthPercent: share('FULL', 'FULL_DESIGN', MAX_HEALTH_PERCENT),
    watts: status === 'Discharging' ? -flow : flow,
    volts,
    // Zero says that nobody counts (sysfs-class-power).
    cycles: cycles > 0 ? cycles : Number.NaN,
    charging: status === 'Unknown' ? Number.NaN : Number(status === 'Charging'),
  };
}

function within(value: number, least: number, most: number): number {
  return value >= least && value <= most ? value : Number.NaN;
}

export function createBatteryCollector(roots: HostRoots): Collector {
  const folder = join(roots.sys, 'class/power_supply');
  return {
    measurement: 'battery',
    tags: ['battery'],
    fields: ['charge_percent', 'health_percent', 'watts', 'volts', 'cycles', 'charging'],
    intervalMs: 10_000,
    collect(rows: RowSink): void {
      let found = false;
      for (const name of list(folder)) {
        const battery = parsePowerSupply(readText(join(folder, name, 'uevent')));
        if (battery === undefined) continue;
        found = true;
        const { chargePercent, healthPercent, watts, volts, cycles, charging } = battery;
        rows.add([name], [chargePercent, healthPercent, watts, volts, cycles, charging]);
      }
      if (!found) throw new MusterError('not_found', `${folder} has no battery`);
    },
    close: () => undefined,
  };
}
