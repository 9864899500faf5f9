// The batteries of the machine itself from /sys/class/power_supply (Documentation/ABI/testing/sysfs-class-power).
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import type { HostRoots } from '../host-file.ts';
import type { Collector, RowSink } from './collector.ts';
import { list, readText } from './sys-files.ts';

export interface Battery {
  chargePercent: number;
  /** What it holds when full, against what it held when new. */
  healthPercent: number;
  /** Into the battery above zero, out of it below. */
  watts: number;
  volts: number;
  cycles: number;
  charging: boolean;
}

/** A supply's `uevent` file; undefined where it is no battery, or that of a mouse or a headset. */
export function parsePowerSupply(uevent: string): Battery | undefined {
  const values = new Map(uevent.split('\n').map((line) => line.replace('POWER_SUPPLY_', '').split('=', 2) as [string, string]));
  if (values.get('TYPE') !== 'Battery' || values.get('SCOPE') === 'Device') return undefined;
  const number = (key: string): number => Number.parseInt(values.get(key) ?? '', 10);
  const either = (kind: string): number => (values.has(`ENERGY_${kind}`) ? number(`ENERGY_${kind}`) : number(`CHARGE_${kind}`));
  const volts = number('VOLTAGE_NOW') / 1e6;
  const flow = Math.abs(values.has('POWER_NOW') ? number('POWER_NOW') / 1e6 : (number('CURRENT_NOW') / 1e6) * volts);
  return {
    chargePercent: values.has('CAPACITY') ? number('CAPACITY') : (either('NOW') / either('FULL')) * 100,
    healthPercent: (either('FULL') / either('FULL_DESIGN')) * 100,
    watts: values.get('STATUS') === 'Discharging' ? -flow : flow,
    volts,
    cycles: number('CYCLE_COUNT'),
    charging: values.get('STATUS') === 'Charging',
  };
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
        rows.add([name], [chargePercent, healthPercent, watts, volts, cycles, charging ? 1 : 0]);
      }
      if (!found) throw new MusterError('not_found', `${folder} has no battery`);
    },
    close: () => undefined,
  };
}
