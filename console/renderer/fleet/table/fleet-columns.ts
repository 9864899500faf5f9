// The columns of the fleet table: width, from which width of the table on they show, what they sort by, what a cell shows.

import type { FleetNode, NodeValues } from '../../../common/fleet-node.ts';
import { formatAge, formatNumber, formatShort, toMegabits } from '../../widgets/format.ts';
import { crossed, type LimitName } from '../../widgets/limits.ts';
import { type ShownState, STATE_COLORS, STATE_ORDER, STATE_WORDS, stateTone } from '../../widgets/state-mark.tsx';
import type { FleetColumn, RowView } from './fleet-column.ts';
import { compareNames } from './fleet-order.ts';

export const FLEET_COLUMNS: readonly FleetColumn[] = [
  {
    key: 'name',
    title: 'Node',
    width: 150,
    grow: 3,
    from: 0,
    compare: compareNames,
    figure: 'link',
    text: ({ node }) => node.name,
  },
  {
    key: 'state',
    title: 'State',
    width: 112,
    from: 0,
    compare: (a, b) => stateRank(a) - stateRank(b),
    rank: stateRank,
    figure: 'mark',
    tone: (row) => stateTone(shownState(row)),
    text: (row) => STATE_WORDS[shownState(row)],
  },
  {
    key: 'since',
    title: 'Since',
    width: 64,
    number: true,
    from: 0,
    compare: by((node) => node.stateSinceMs),
    ages: true,
    text: ({ node, known, nowMs }) => (!known || node.stateSinceMs === null ? '–' : formatAge(nowMs - node.stateSinceMs)),
  },
  {
    key: 'where',
    title: 'Where',
    width: 118,
    grow: 1,
    from: 0,
    compare: (a, b) => whereOf(a).localeCompare(whereOf(b)),
    text: ({ node }) => whereOf(node) || '–',
  },
  {
    key: 'cpu',
    title: 'CPU',
    unit: '%, 15 min',
    width: 124,
    number: true,
    from: 0,
    ...limited('cpu', (node) => valuesOf(node)?.cpuPercent),
    figure: 'trend',
  },
  {
    key: 'memory',
    title: 'Mem',
    unit: '%',
    width: 92,
    number: true,
    from: 0,
    ...limited('memory', memoryOf),
    figure: 'meter',
    percent: memoryOf,
  },
  percent('disk', 'Disk', 'disk', 62, 0, (node) => valuesOf(node)?.diskPercent),
  {
    key: 'mount',
    title: 'Fullest',
    width: 104,
    grow: 1,
    from: 1000,
    compare: (a, b) => mountOf(a).localeCompare(mountOf(b)),
    text: ({ node }) => mountOf(node) || '–',
  },
  plain('rx', 'In', 'Mbit/s', 78, 0, (node) => toMegabits(valuesOf(node)?.rxBytesPerSecond), formatShort),
  plain('tx', 'Out', 'Mbit/s', 82, 0, (node) => toMegabits(valuesOf(node)?.txBytesPerSecond), formatShort),
  plain(
    'load',
    'Load',
    '1 min',
    82,
    1180,
    (node) => valuesOf(node)?.load1,
    (value) => formatNumber(value, 2),
  ),
  percent('temperature', 'Temp', 'temperature', 70, 1300, (node) => valuesOf(node)?.temperatureCelsius, '°C'),
  plain('processes', 'Procs', undefined, 64, 1500, (node) => valuesOf(node)?.processCount, formatNumber),
  {
    key: 'age',
    title: 'Sample',
    width: 76,
    number: true,
    from: 0,
    compare: by((node) => node.lastSeenMs),
    ages: true,
    tone: ({ node, known }) => (known && (node.state === 'late' || node.state === 'silent') ? STATE_COLORS[node.state] : ''),
    text: ({ node, known, shownMs }) => (!known || node.lastSeenMs === null ? '–' : formatAge(shownMs - node.lastSeenMs)),
  },
  {
    key: 'system',
    title: 'System',
    width: 250,
    grow: 1,
    from: 1600,
    compare: (a, b) => a.os.localeCompare(b.os),
    text: ({ node }) => node.os || '–',
  },
];

/** Place before country before region: what people call the location. */
export function whereOf(node: FleetNode): string {
  const { city, region, country } = node.labels;
  return city ?? [region, country].filter(Boolean).join(', ');
}

/** Null while nothing is heard: the last values of a silent node say nothing of now. */
function valuesOf(node: FleetNode): NodeValues | null {
  return node.state === 'live' || node.state === 'late' ? node.values : null;
}

function memoryOf(node: FleetNode): number | null | undefined {
  return valuesOf(node)?.memoryPercent;
}

function mountOf(node: FleetNode): string {
  return valuesOf(node)?.diskMount ?? '';
}

/** The newest first among those equally bad: no moment in milliseconds is as much as one step of severity. */
function stateRank(node: FleetNode): number {
  return severity(node) * 4e12 - (node.stateSinceMs ?? 0);
}

/** Worst first; among the live, those with a crossed limit. */
function severity(node: FleetNode): number {
  if (node.state !== 'live' || node.values === null) return STATE_ORDER.indexOf(node.state) * 100;
  const { cpuPercent, memoryPercent, diskPercent, temperatureCelsius } = node.values;
  const marks = [
    crossed('cpu', cpuPercent),
    crossed('memory', memoryPercent),
    crossed('disk', diskPercent),
    crossed('temperature', temperatureCelsius),
  ];
  const weight = marks.reduce((sum, mark) => sum + (mark === 'bad' ? 5 : mark === 'late' ? 1 : 0), 0);
  return STATE_ORDER.indexOf('live') * 100 - weight;
}

function by(read: (node: FleetNode) => number | null | undefined) {
  return (a: FleetNode, b: FleetNode): number => (read(b) ?? Number.NEGATIVE_INFINITY) - (read(a) ?? Number.NEGATIVE_INFINITY) || 0;
}

/** A console that hears of no gateway knows no state. */
export function shownState({ node, known }: RowView): ShownState {
  return known ? node.state : 'not_known';
}

/** A percentage or temperature with limits: its order, colour and text. */
function limited(limit: LimitName, read: (node: FleetNode) => number | null | undefined): Pick<FleetColumn, 'compare' | 'tone' | 'text'> {
  return {
    compare: by(read),
    tone: ({ node, known }) => (known ? crossed(limit, read(node)) || 't1' : 't3'),
    text: ({ node }) => formatNumber(read(node), 1),
  };
}

function percent(
  key: string,
  title: string,
  limit: LimitName,
  width: number,
  from: number,
  read: (node: FleetNode) => number | null | undefined,
  unit = '%',
): FleetColumn {
  return { key, title, unit, width, number: true, from, ...limited(limit, read) };
}

function plain(
  key: string,
  title: string,
  unit: string | undefined,
  width: number,
  from: number,
  read: (node: FleetNode) => number | null | undefined,
  format: (value: number | null | undefined) => string,
): FleetColumn {
  return {
    key,
    title,
    ...(unit === undefined ? {} : { unit }),
    width,
    number: true,
    from,
    compare: by(read),
    tone: ({ known }) => (known ? 't1' : 't3'),
    text: ({ node }) => format(read(node)),
  };
}
