import { expect, test } from 'vitest';
import { FrameBuilder } from './frame-builder.ts';

const shape = { measurement: 'disk', tags: ['device', 'kind'], fields: ['a', 'b'] };

/** Adds a row a device; gives the frame as rows of device and values. */
function tick(builder: FrameBuilder, timeUs: number, ...devices: string[]): void {
  builder.beginTick(timeUs);
  for (const device of devices) builder.add([device, 'k'], [device.length, Number.NaN]);
}
function seriesOf(builder: FrameBuilder): unknown {
  const frame = builder.take();
  return frame === undefined ? undefined : [frame.series.map(([device]) => device), [...frame.seriesIndex]];
}

test('rows of several ticks become columns; a row without any value is left out', () => {
  const builder = new FrameBuilder(shape);
  tick(builder, 1, 'sda', 'nvme0');
  builder.add(['none', 'k'], [Number.NaN, Number.NaN]);
  tick(builder, 2, 'sda');
  const frame = builder.take();
  expect(frame).toMatchObject({
    series: [
      ['sda', 'k'],
      ['nvme0', 'k'],
    ],
    textFields: [],
    texts: [],
  });
  expect([...(frame?.seriesIndex ?? [])]).toEqual([0, 1, 0]);
  expect([...(frame?.timeUs ?? [])]).toEqual([1, 1, 2]);
  expect([...(frame?.values ?? [])]).toEqual([3, 5, 3, Number.NaN, Number.NaN, Number.NaN]);
  expect(builder.take()).toBeUndefined();
});

test('series that came before keep their place, new ones are added, gone ones are forgotten', () => {
  const builder = new FrameBuilder(shape);
  tick(builder, 1, 'sda', 'sdb', 'sdc');
  const first = builder.take();
  tick(builder, 2, 'sdc', 'sda', 'sdb');
  expect(seriesOf(builder)).toEqual([
    ['sda', 'sdb', 'sdc'],
    [2, 0, 1],
  ]);
  tick(builder, 3, 'sda', 'sdd', 'sdc');
  expect(seriesOf(builder)).toEqual([
    ['sda', 'sdc', 'sdd'],
    [0, 2, 1],
  ]);
  tick(builder, 4, 'sdb');
  expect(seriesOf(builder)).toEqual([['sdb'], [0]]);
  // A frame that was handed over stays as it was.
  expect(first?.series.map(([device]) => device)).toEqual(['sda', 'sdb', 'sdc']);
});

test('text fields go row after row; a missing text is empty', () => {
  const builder = new FrameBuilder({ ...shape, tags: ['name'], textFields: ['command'] });
  builder.beginTick(1);
  builder.add(['sh'], [1, 2], ['sh -c true']);
  builder.add(['kthreadd'], [1, 2]);
  expect(builder.take()).toMatchObject({ textFields: ['command'], texts: ['sh -c true', ''] });
});

test('a value that cannot be is absent, counted and told, and the others of its row are kept', () => {
  const builder = new FrameBuilder({ measurement: 'battery', tags: ['battery'], fields: ['charge_percent', 'health_percent', 'celsius'] });
  for (const [at, health] of [Number.POSITIVE_INFINITY, 1e9].entries()) {
    builder.beginTick(at + 1);
    builder.add(['BAT0'], [88, health, Number.NaN]);
    const [told] = builder.problems;
    // The words of the first time: the same as long as it lasts.
    expect(told).toBe('health_percent of BAT0 was Infinity, which is left out: such a share is from 0 to 300 %');
    expect(builder.isRefusal(told as string)).toBe(true);
  }
  expect(builder.refused).toBe(2);
  expect([...(builder.take()?.values ?? [])]).toEqual([88, 88, ...Array(4).fill(Number.NaN)]);
  builder.beginTick(3);
  builder.add(['BAT1'], [Number.NEGATIVE_INFINITY, -1e20, 3_892_313]);
  expect(builder.problems).toHaveLength(3);
  // Nothing of it is left.
  expect(builder.take()).toBeUndefined();
});
