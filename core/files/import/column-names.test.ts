import { expect, it } from 'vitest';
import { columnNameProblem } from '../../common/measurement-names.ts';
import { nameColumns, shownHeader, toName } from './column-names.ts';

const named = (...headers: string[]): string[] => nameColumns(headers.map((header, column) => ({ header, column }))).names;

it.each([
  ['latency (µs)', 'latency_us'],
  ['latency (\u03bcs)', 'latency_us'],
  ['µg/m³', 'ug_m3'],
  ['㎍', 'ug'],
  ['CPU usage (%)', 'cpu_usage_percent'],
  ['% Processor Time', 'percent_processor_time'],
  ['slope (‰)', 'slope_permille'],
  ['Temp (°C)', 'temp_c'],
  ['Temp (℃)', 'temp_c'],
  ['Temp (°F)', 'temp_f'],
  ['Wind (°)', 'wind_deg'],
  ['R (kΩ)', 'r_kohm'],
  ['R (MΩ)', 'r_megaohm'],
  ['R (mΩ)', 'r_mohm'],
  ['power (mW)', 'power_mw'],
  ['power (MW)', 'power_megawatt'],
  ['Cond (mS/cm)', 'cond_msiemens_cm'],
  ['latency (ms)', 'latency_ms'],
  ['rate (MB/s)', 'rate_mb_s'],
  ['Gerät', 'gerat'],
  ['Größe', 'grosse'],
  ['Łódź', 'lodz'],
  ['Δt', 'delta_t'],
  ['wave λ (nm)', 'wave_lambda_nm'],
  ['_value', 'value'],
  ['95', 'x_95'],
  ['时间', ''],
  ['CPU使用率', ''],
  ['Температура (°C)', ''],
  ['θερμοκρασία', ''],
  ['٣', ''],
  ['🔥', ''],
  ['()', ''],
])('names %j %j', (header, name) => expect(toName(header)).toBe(name));

it('has a name for what has none, for words of SQL and for names that are taken', () => {
  expect(named('时间', '温度', 'v')).toEqual(['column_1', 'column_2', 'v']);
  expect(named('index', 'order', 'group', 'from', 'to', 'left', 'set', 'timestamp', 'node_id')).toEqual(
    ['index_', 'order_', 'group_', 'from_', 'to_', 'left_', 'set_', 'timestamp_', 'node_id_'], // what every table has is told apart as well
  );
  expect(
    nameColumns([
      { column: 0, header: 'CPU' },
      { column: 1, header: 'cpu' },
      { column: 2, header: 'cpu_2' },
      { column: 3, header: 'Cpu' },
    ]),
  ).toEqual({
    names: ['cpu_3', 'cpu', 'cpu_2', 'cpu_4'],
    notes: ['"CPU" is named cpu_3: another column is cpu', '"Cpu" is named cpu_4: another column is cpu'],
  });
  expect(
    nameColumns([
      { column: 0, header: 'a' },
      { column: 1, header: 'b', renamed: 'a' },
    ]).names,
  ).toEqual(['a_2', 'a']);
  const long = 'x'.repeat(80);
  for (const name of named(long, `${long}1`, `${long}2`)) expect(columnNameProblem(name)).toBeUndefined();
});

it('shows no header that a terminal would obey', () => {
  expect(shownHeader('a\u001b[31m\u009b1m\u202e\ufffd')).toBe('"a\\u001b[31m\\u009b1m\\u202e\\ufffd"');
  expect(shownHeader('x'.repeat(100))).toHaveLength(63);
});
