import { expect, test } from 'vitest';
import { parsePowerSupply } from './battery.ts';

function parse(values: Record<string, string | number>): ReturnType<typeof parsePowerSupply> {
  const lines = Object.entries({ TYPE: 'Battery', ...values }).map(([key, value]) => `POWER_SUPPLY_${key}=${value}\n`);
  return parsePowerSupply(lines.join(''));
}

const NONE = {
  chargePercent: Number.NaN,
  healthPercent: Number.NaN,
  watts: Number.NaN,
  volts: Number.NaN,
  cycles: Number.NaN,
  charging: Number.NaN,
};

test('an empty slot, a mouse and a mains adapter are no battery of the machine', () => {
  expect(parse({ PRESENT: 0, CAPACITY: 0 })).toBeUndefined();
  expect(parse({ SCOPE: 'Device', CAPACITY: 50 })).toBeUndefined();
  expect(parse({ TYPE: 'Mains', ONLINE: 1 })).toBeUndefined();
  expect(parsePowerSupply('')).toBeUndefined();
});

test.each([
  [{ CAPACITY: 88, ENERGY_FULL: 40_000_000, ENERGY_FULL_DESIGN: 0 }, { chargePercent: 88 }],
  [
    { CAPACITY: 88, CHARGE_FULL: 0, CHARGE_FULL_DESIGN: 0, STATUS: 'Full' },
    { chargePercent: 88, charging: 0 },
  ],
  [{ CAPACITY: 88, ENERGY_FULL: 40_000_000, ENERGY_FULL_DESIGN: 1 }, { chargePercent: 88 }],
  [{ ENERGY_NOW: 20_000_000, ENERGY_FULL: 0 }, {}],
  [{ CAPACITY: 255, ENERGY_NOW: 20_000_000, ENERGY_FULL: 40_000_000 }, { chargePercent: 50 }],
  [{ CAPACITY: -1, CHARGE_NOW: 41_000_000, CHARGE_FULL: 40_000_000 }, { chargePercent: 100 }],
  // Now in watt-hours, full in ampere-hours: no share.
  [{ ENERGY_NOW: 20_000_000, CHARGE_FULL: 4_000_000 }, {}],
  [{ ENERGY_FULL_DESIGN: 50_000_000, CHARGE_FULL: 3_000_000, CHARGE_FULL_DESIGN: 4_000_000 }, { healthPercent: 75 }],
  [
    { STATUS: 'Charging', VOLTAGE_NOW: 12_000_000, CURRENT_NOW: -2_000_000 },
    { volts: 12, watts: 24, charging: 1 },
  ],
  [{ STATUS: 'Discharging', VOLTAGE_NOW: 0, CURRENT_NOW: 2_000_000, CYCLE_COUNT: 0 }, { charging: 0 }],
  [{ VOLTAGE_NOW: 4_294_967_295_000, POWER_NOW: 9e18, CYCLE_COUNT: 'unknown' }, {}],
])('what cannot be told is absent, the rest is there: %j', (values, expected) => {
  expect(parse(values)).toEqual({ ...NONE, ...expected });
});
