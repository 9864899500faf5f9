// The keys of the filter language and what each reads of a node.

import { stateUnderMaintenance } from './maintenance.ts';
import { kindWord } from './node-kind.ts';

/** What the language needs of a node; a `muster.v1.Node` has this shape. */
export interface FilterableNode {
  nodeId: string;
  /** `NODE_KIND_MACHINE`, … */
  kind?: string | undefined;
  /** `NODE_STATE_LIVE`, … */
  state: string;
  info?: FilterableInfo | null | undefined;
  summary?: FilterableSummary | null | undefined;
  spool?: { bytes: number; rows: number } | null | undefined;
  skewUs: number;
  gateway: string;
  problem: string;
  /** `wordsOf` the node, where they are kept: they are dear to make for each of ten thousand. */
  words?: string;
}

interface FilterableInfo {
  name: string;
  platform: string;
  os: string;
  kernel: string;
  arch: string;
  cpuModel: string;
  cpuCores: number;
  memoryBytes: number;
  virtualization: string;
  model: string;
  addresses: readonly string[];
  agentVersion: string;
  labels: Readonly<Record<string, string>>;
  simulated: boolean;
}

interface FilterableSummary {
  cpuPercent?: number | null | undefined;
  memoryPercent?: number | null | undefined;
  swapPercent?: number | null | undefined;
  load1?: number | null | undefined;
  diskPercent?: number | null | undefined;
  diskReadBytesPerSecond?: number | null | undefined;
  diskWriteBytesPerSecond?: number | null | undefined;
  networkRxBytesPerSecond?: number | null | undefined;
  networkTxBytesPerSecond?: number | null | undefined;
  temperatureCelsius?: number | null | undefined;
  processCount?: number | null | undefined;
  uptimeSeconds?: number | null | undefined;
  pressurePercent?: number | null | undefined;
}

/** How a text value is compared: as a whole word, or by containing what was asked for. Both ignore case; `*` stands for anything. */
export type TextMatch = 'word' | 'contains';

export interface TextKey {
  readonly kind: TextMatch;
  readonly help: string;
  read(node: FilterableNode): string | readonly string[] | undefined;
}

/** What suffixes a number may have: `80%`, `10M` and `4Gi`, `90s` and `2h`, none. */
export type FilterUnit = 'percent' | 'bytes' | 'seconds' | 'plain';

export interface NumberKey {
  readonly kind: 'number';
  readonly unit: FilterUnit;
  readonly help: string;
  read(node: FilterableNode): number | null | undefined;
}

export type FilterKey = TextKey | NumberKey;

const word = (help: string, read: TextKey['read']): TextKey => ({ kind: 'word', help, read });
const contains = (help: string, read: TextKey['read']): TextKey => ({ kind: 'contains', help, read });
const label = (name: string): TextKey => word(`label ${name}`, (node) => readLabel(node, name));
const number = (unit: FilterUnit, help: string, read: NumberKey['read']): NumberKey => ({ kind: 'number', unit, help, read });

/** `NODE_STATE_NEVER_SEEN` → `never_seen`. */
function stateWord(state: string): string {
  return state.replace(/^NODE_STATE_/, '').toLowerCase();
}

/** The value of a label, undefined where the node has none. */
export function readLabel(node: FilterableNode, name: string): string | undefined {
  const labels = node.info?.labels;
  return labels !== undefined && Object.hasOwn(labels, name) ? labels[name] : undefined;
}

/** Whether its newest values still say something of now: those of a node that is not heard do not, nor where its silence is excused. */
function isHeard(node: FilterableNode): boolean {
  const { state } = node;
  if (state === 'live' || state === 'NODE_STATE_LIVE') return true;
  const late = state === 'late' || state === 'NODE_STATE_LATE';
  return late && stateUnderMaintenance('late', node.info?.labels, Date.now()) === 'late';
}

type SummaryName = keyof FilterableSummary;

/** What a node measured, as now: none of a node that is not heard. */
const VALUES: Readonly<Record<string, readonly [FilterUnit, string, SummaryName]>> = {
  cpu: ['percent', 'CPU in use', 'cpuPercent'],
  memory: ['percent', 'memory in use', 'memoryPercent'],
  swap: ['percent', 'swap in use', 'swapPercent'],
  disk: ['percent', 'the fullest filesystem', 'diskPercent'],
  pressure: ['percent', 'the highest pressure', 'pressurePercent'],
  load: ['plain', 'load average over one minute', 'load1'],
  temperature: ['plain', 'the hottest sensor, °C', 'temperatureCelsius'],
  processes: ['plain', 'processes', 'processCount'],
  read: ['bytes', 'bytes a second read from disks', 'diskReadBytesPerSecond'],
  write: ['bytes', 'bytes a second written to disks', 'diskWriteBytesPerSecond'],
  rx: ['bytes', 'bytes a second received', 'networkRxBytesPerSecond'],
  tx: ['bytes', 'bytes a second sent', 'networkTxBytesPerSecond'],
  uptime: ['seconds', 'time since boot', 'uptimeSeconds'],
};

const keyed = (prefix: string, make: (unit: FilterUnit, help: string, name: SummaryName) => NumberKey): Record<string, NumberKey> =>
  Object.fromEntries(Object.entries(VALUES).map(([key, value]) => [prefix + key, make(...value)]));

/** All keys by name. `label.NAME` reads any other label, `last.NAME` a value as it was last heard, however long ago. */
export const FILTER_KEYS: Readonly<Record<string, FilterKey>> = {
  state: word('live, late, silent, idle, maintenance, never_seen or quarantined', (node) =>
    stateUnderMaintenance(stateWord(node.state), node.info?.labels, Date.now()),
  ),
  kind: word('machine, push, import, extraction, simulation or smoke', (node) => kindWord(node.kind)),
  id: contains('node id, or its beginning', (node) => node.nodeId),
  name: contains('host name', (node) => node.info?.name),
  country: label('country'),
  region: label('region'),
  city: label('city'),
  platform: word('linux, darwin or win32', (node) => node.info?.platform),
  arch: word('x64 or arm64', (node) => node.info?.arch),
  os: contains('operating system', (node) => node.info?.os),
  kernel: contains('kernel version', (node) => node.info?.kernel),
  model: contains('machine or CPU model', (node) => [node.info?.model ?? '', node.info?.cpuModel ?? '']),
  virtualization: word('kvm, docker, …', (node) => node.info?.virtualization),
  address: contains('IP address', (node) => node.info?.addresses),
  version: word('version of the agent', (node) => node.info?.agentVersion),
  simulated: word('true for simulated agents', (node) => String(node.info?.simulated ?? false)),
  gateway: word('gateway that holds its stream', (node) => node.gateway),
  problem: contains('why it is quarantined', (node) => node.problem),
  ...keyed('', (unit, help, name) => number(unit, help, (node) => (isHeard(node) ? node.summary?.[name] : undefined))),
  cores: number('plain', 'logical cores', (node) => node.info?.cpuCores),
  ram: number('bytes', 'bytes of memory', (node) => node.info?.memoryBytes),
  spool: number('bytes', 'bytes in its spool', (node) => node.spool?.bytes),
  skew: number('seconds', 'clock skew, absolute', (node) => Math.abs(node.skewUs) / 1e6),
  ...keyed('last.', (unit, help, name) => number(unit, `${help}, as last heard`, (node) => node.summary?.[name])),
};
