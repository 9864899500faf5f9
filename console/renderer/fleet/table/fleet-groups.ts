// What nodes can be grouped by: their properties and every label they carry.
import type { FleetNode } from '../../../common/fleet-node.ts';
import { STATE_WORDS } from '../../widgets/state-mark.tsx';
import { quoted } from '../filter/quoted.ts';

export interface FleetGrouping {
  /** As the address names it: a property, or a label's name; `label.NAME` for a label that is called like a property. */
  key: string;
  title: string;
  /** Empty for a node without it. */
  of(node: FleetNode): string;
}

const LABEL_PREFIX = 'label.';
/** They say where a node stands, and the map shows that. */
const COORDINATES = new Set(['latitude', 'longitude']);
const MAX_LABELS = 60;

const PROPERTIES: readonly FleetGrouping[] = [
  { key: 'state', title: 'state', of: (node) => STATE_WORDS[node.state] },
  { key: 'platform', title: 'platform', of: (node) => node.platform },
  { key: 'os', title: 'system', of: (node) => node.os },
  { key: 'kernel', title: 'kernel', of: (node) => node.kernel },
  { key: 'arch', title: 'architecture', of: (node) => node.arch },
  { key: 'model', title: 'machine model', of: (node) => node.model },
  { key: 'virtualization', title: 'virtualization', of: (node) => node.virtualization },
  { key: 'cores', title: 'cores', of: (node) => (node.cpuCores > 0 ? String(node.cpuCores) : '') },
  { key: 'version', title: 'agent version', of: (node) => node.agentVersion },
  { key: 'config', title: 'config version', of: (node) => (node.config === null ? '' : `v${node.config.version}`) },
  { key: 'gateway', title: 'gateway', of: (node) => node.gateway },
];

/** By a key of an address. A label that no node has is one too: all nodes are then without it. */
export function groupingOf(key: string): FleetGrouping {
  const property = PROPERTIES.find((candidate) => candidate.key === key);
  if (property !== undefined) return property;
  const name = key.startsWith(LABEL_PREFIX) ? key.slice(LABEL_PREFIX.length) : key;
  return { key, title: name, of: (node) => (Object.hasOwn(node.labels, name) ? node.labels[name]! : '') };
}

/** Labels first, as people chose those; only the properties that tell nodes apart. */
export function groupingChoices(nodes: Iterable<FleetNode>): FleetGrouping[] {
  const names = new Set<string>();
  const values = new Map(PROPERTIES.map((property) => [property, new Set<string>()] as const));
  for (const node of nodes) {
    for (const name of Object.keys(node.labels)) if (names.size < MAX_LABELS && !COORDINATES.has(name)) names.add(name);
    for (const [property, seen] of values) if (seen.size < 2) seen.add(property.of(node));
  }
  const labels = [...names].sort().map((name) => {
    return groupingOf(PROPERTIES.some(({ key }) => key === name) ? LABEL_PREFIX + name : name);
  });
  const telling = PROPERTIES.filter((property) => property.key === 'state' || (values.get(property)?.size ?? 0) > 1);
  return [...labels, ...telling];
}

/** A group's name as it is shown. */
export function groupName(grouping: FleetGrouping, value: string): string {
  return value === '' ? `no ${grouping.title}` : value;
}

const WORDS_TO_STATES = new Map(Object.entries(STATE_WORDS).map(([state, word]) => [word, state]));
/** Keys of the filter language that read the same as the property or label of that name. */
const FILTERED = new Set([
  'state',
  'platform',
  'os',
  'kernel',
  'arch',
  'model',
  'virtualization',
  'cores',
  'version',
  'gateway',
  'country',
  'region',
  'city',
]);

/** The filter's term for one group; undefined where the language has none. */
export function groupTerm({ key }: FleetGrouping, value: string): string | undefined {
  if (key === 'config') return undefined;
  const name = FILTERED.has(key) ? key : key.startsWith(LABEL_PREFIX) ? key : LABEL_PREFIX + key;
  // A label the language cannot spell has no term.
  if (!/^[A-Za-z][\w.-]*$/.test(name)) return undefined;
  if (value === '') return `-${name}:*`;
  const word = key === 'state' ? (WORDS_TO_STATES.get(value) ?? value) : value;
  return `${name}:${quoted(word)}`;
}

/** The filter narrowed by one more term. */
export function narrowed(filter: string, term: string): string {
  return filter.split(/\s+/).includes(term) ? filter : `${filter} ${term}`.trim();
}
