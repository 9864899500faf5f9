import { expect, test } from 'vitest';
import { FrameBuilder } from './frame-builder.ts';
import { toSummary } from './summary.ts';

function frame(measurement: string, tags: string[], fields: string[], ticks: [string[], number[]][][]) {
  const builder = new FrameBuilder({ measurement, tags, fields });
  ticks.forEach((rows, tick) => {
    builder.beginTick(1e15 + tick * 1e6);
    for (const [tagValues, values] of rows) builder.add(tagValues, values);
  });
  return builder.take()!;
}

test('the newest tick counts: totals over disks and interfaces, the fullest filesystem, the hottest sensor', () => {
  const frames = [
    frame(
      'cpu',
      ['cpu'],
      ['busy'],
      [
        [[['total'], [10]]],
        [
          [['total'], [30]],
          [['0'], [99]],
        ],
      ],
    ),
    frame(
      'network',
      ['interface'],
      ['rx_bytes_per_second', 'tx_bytes_per_second'],
      [
        [
          [['lo'], [1000, 1000]],
          [['eth0'], [5, Number.NaN]],
          [['eth1'], [7, 2]],
        ],
      ],
    ),
    frame(
      'disk_io',
      ['device'],
      ['read_bytes_per_second'],
      [
        [
          [['sda'], [100]],
          [['dm-0'], [100]],
        ],
      ],
    ),
    frame(
      'filesystem',
      ['mount'],
      ['used_percent'],
      [
        [
          [['/'], [40]],
          [['/data'], [90]],
        ],
      ],
    ),
    frame(
      'temperature',
      ['sensor'],
      ['celsius'],
      [
        [
          [['a'], [41]],
          [['b'], [55]],
        ],
      ],
    ),
  ];
  expect(toSummary(frames)).toEqual({
    timeUs: 1e15 + 1e6,
    cpuPercent: 30,
    networkRxBytesPerSecond: 12,
    networkTxBytesPerSecond: 2,
    diskReadBytesPerSecond: 100,
    diskPercent: 90,
    diskMount: '/data',
    temperatureCelsius: 55,
  });
});

test('what was not sampled now stays as it was', () => {
  const before = toSummary([frame('load', [], ['load1'], [[[[], [2]]]])]);
  expect(toSummary([], before)).toEqual(before);
  expect(before).toEqual({ timeUs: 1e15, diskMount: '', load1: 2 });
});

test('what is sampled no more is not told for ever', () => {
  const ages = { maxAgeUs: 2e6, seenUs: new Map<string, number>() };
  const at = (tick: number, measurement: string, field: string) =>
    frame(measurement, ['of'], [field], [...Array.from({ length: tick }, () => []), [[['x'], [tick]]]]);
  let summary = toSummary([at(0, 'temperature', 'celsius'), at(0, 'load', 'load1')], undefined, ages);
  summary = toSummary([at(2, 'load', 'load1')], summary, ages);
  expect(summary).toEqual({ timeUs: 1e15 + 2e6, diskMount: '', temperatureCelsius: 0, load1: 2 });
  summary = toSummary([at(3, 'load', 'load1')], summary, ages);
  expect(summary).toEqual({ timeUs: 1e15 + 3e6, diskMount: '', load1: 3 });
  expect(toSummary([at(4, 'temperature', 'celsius')], summary, ages)).toMatchObject({ temperatureCelsius: 4, load1: 3 });
});

test('what lies on other devices counts once, by the collector where it tells, else by the name', () => {
  const rates = ['rx_bytes_per_second', 'tx_bytes_per_second'];
  const rows = ['lo', 'bond0', 'eth0', 'eth1', 'br0', 'veth1a2b', 'eth0.100', 'docker0', 'wg0'].map((name): [string[], number[]] => [
    [name],
    [1000, 10],
  ]);
  expect(toSummary([frame('network', ['interface'], rates, [rows])])).toMatchObject({ networkRxBytesPerSecond: 2000 });
  const told = rows.map(([name, values], row): [string[], number[]] => [name, [...values, row === 4 ? 1 : 0]]);
  expect(toSummary([frame('network', ['interface'], [...rates, 'physical'], [told])])).toMatchObject({ networkRxBytesPerSecond: 1000 });
  const disks = ['sda', 'nvme0n1', 'cciss/c0d0', 'dm-0', 'md127', 'zd0', 'bcache0', 'drbd0', 'zram0'].map((name): [string[], number[]] => [
    [name],
    [100],
  ]);
  expect(toSummary([frame('disk_io', ['device'], ['read_bytes_per_second'], [disks])])).toMatchObject({ diskReadBytesPerSecond: 300 });
});
