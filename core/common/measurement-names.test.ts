import { expect, it } from 'vitest';
import { columnNameProblem, isOwnTable, isReservedMeasurement, measurementNameProblem } from './measurement-names.ts';

it('takes lower snake case up to 64 letters', () => {
  for (const name of ['cpu', 'disk_io', 'load15', `a${'b'.repeat(63)}`, 'user', 'system'])
    expect(measurementNameProblem(name)).toBeUndefined();
});

it('refuses everything else in a sentence that shows the name', () => {
  for (const name of [
    '',
    'Cpu',
    'a.b',
    'a-b',
    '1a',
    '_a',
    'ä',
    'a b',
    `a${'b'.repeat(64)}`,
    "x'; DROP TABLE events",
    'a"b',
    'select',
    '../x',
  ]) {
    expect(measurementNameProblem(name)).toMatch(/not a name|word of SQL/);
    expect(columnNameProblem(name)).toMatch(/not a name|word of SQL/);
  }
  expect(columnNameProblem('a'.repeat(5000))?.length).toBeLessThan(250);
});

it('keeps the columns and tables of Muster for itself', () => {
  expect(columnNameProblem('timestamp')).toMatch(/every table/);
  expect(columnNameProblem('node_id')).toMatch(/every table/);
  expect(['muster_part', 'muster_x'].every(isReservedMeasurement)).toBe(true);
  // The rows of Muster's parts are telemetry: they have views and are exported.
  expect(['muster_part', 'cpu'].some(isOwnTable)).toBe(false);
  expect(['nodes', 'deliveries', 'cpu_nodes', 'cpu_1m', 'disk_io_1h', 'cpu_1m_2'].every(isReservedMeasurement)).toBe(true);
  expect(['cpu', 'load_1', 'cpu_10m', 'cpu_1min'].some(isReservedMeasurement)).toBe(false);
});
