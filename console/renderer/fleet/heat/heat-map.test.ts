import { expect, test } from 'vitest';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { compileFilter } from '../filter/node-match.ts';
import { fleetMetric, scaleEnd } from '../fleet-metrics.ts';
import { groupingOf, groupTerm } from '../table/fleet-groups.ts';
import { HeatCells, OTHER_GROUPS } from './heat-cells.ts';
import { HEAT_HEAD, layoutHeat, standsAbove } from './heat-layout.ts';
import { heatStats } from './heat-stats.ts';

function node(nodeId: string, region: string, cpuPercent: number | null, more: Partial<FleetNode> = {}): FleetNode {
  const labels = region === '' ? {} : { region };
  const values = { cpuPercent, timeMs: 0 } as FleetNode['values'];
  return { nodeId, name: nodeId, state: 'live', labels, values, addresses: [], skewMs: 0, gateway: '', ...more } as FleetNode;
}

const toMap = (nodes: readonly FleetNode[]): Map<string, FleetNode> => new Map(nodes.map((each) => [each.nodeId, each]));
const region = groupingOf('region');

test('the layout fits, in one cell size, and grows where the window is too small', () => {
  const sizes = [2260, 1420, 1180, 1130, 1090, 840, 740, 730, 610];
  const { cell, groups, height } = layoutHeat(sizes, 980, 640);
  expect(cell).toBeGreaterThanOrEqual(6);
  expect(height).toBeLessThanOrEqual(640);
  groups.forEach(({ x, y, columns, width }, i) => {
    expect(columns * cell).toBeLessThanOrEqual(width);
    expect(x + width).toBeLessThanOrEqual(980);
    expect(y + HEAT_HEAD + Math.ceil((sizes[i] as number) / columns) * cell).toBeLessThanOrEqual(640);
  });
  expect(layoutHeat([50_000], 300, 200).height).toBeGreaterThan(200);
  const many = layoutHeat(
    Array.from({ length: 200 }, () => 50),
    900,
    600,
  );
  expect(many.groups).toHaveLength(200);
  expect(layoutHeat([1], 900, 600).cell).toBe(56);
  const few = layoutHeat([4, 3, 3, 2, 1, 1], 1400, 900);
  expect(few.cell).toBe(56);
  expect(new Set(few.groups.map(({ y }) => y)).size).toBe(1);
});

test('cells keep their places while only values change, and say when they cannot', () => {
  const cells = new HeatCells(
    () => true,
    (each) => region.of(each),
  );
  const nodes = toMap([node('b', 'gh', 1), node('a', 'gh', 2), node('c', 'ng', 3)]);
  expect(cells.update(nodes)).toBeUndefined();
  cells.arrange(nodes);
  expect(cells.groups.map(({ value, count }) => [value, count])).toEqual([
    ['gh', 2],
    ['ng', 1],
  ]);
  expect(cells.nodes.map((each) => each.nodeId)).toEqual(['a', 'b', 'c']);
  nodes.set('b', node('b', 'gh', 90));
  expect(cells.update(nodes)).toEqual([1]);
  expect(cells.update(nodes)).toEqual([]);
  nodes.set('b', node('b', 'ng', 90));
  expect(cells.update(nodes)).toBeUndefined();
  cells.arrange(nodes);
  nodes.delete('c');
  expect(cells.update(nodes)).toBeUndefined();
});

test('more groups than can be read stand together', () => {
  const cells = new HeatCells(
    () => true,
    (each) => region.of(each),
  );
  cells.arrange(toMap(Array.from({ length: 300 }, (_, i) => node(`n${i}`, `r${i}`, 1))));
  expect(cells.groups).toHaveLength(200);
  expect(cells.groups.at(-1)).toMatchObject({ value: OTHER_GROUPS, count: 101 });
});

test('a silent node has a state and no value', () => {
  const stats = heatStats([node('a', '', 10), node('b', '', 99, { state: 'silent' }), node('c', '', 30)], fleetMetric('cpu'));
  expect(stats.highest.map((each) => each.nodeId)).toEqual(['c', 'a']);
  expect([stats.known, stats.counts.silent, stats.most]).toEqual([2, 1, 100]);
  expect(scaleEnd(fleetMetric('load'), Float64Array.from([0.3, 1.2, 3.7]))).toBe(2);
});

test('the term of a group finds its nodes', () => {
  const odd = node('a', 'a "quoted", region', 1);
  const without = node('b', '', 1);
  const finds = (value: string): boolean[] => [odd, without].map(compileFilter(groupTerm(region, value) as string).matches);
  expect(finds('a "quoted", region')).toEqual([true, false]);
  expect(finds('')).toEqual([false, true]);
  expect(groupTerm(groupingOf('state'), 'Never seen')).toBe('state:never_seen');
  expect(groupTerm(groupingOf('my role'), 'x')).toBeUndefined();
});

test('a tip stands above a cell of the last rows, and below one that has no room above it', () => {
  const rows = [20, 40, 400, 520, 560].map((y) => standsAbove(y, 19, 600));
  expect(rows).toEqual([false, false, false, true, true]);
  expect(standsAbove(20, 19, 60)).toBe(false);
});
