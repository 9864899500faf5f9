// What may stand at the cursor of the filter line: keys of the language, and the values that the nodes have. Pure.
import { FILTER_KEYS } from '../../../../core/common/node-filter-keys.ts';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { NO_COUNTS } from '../../state/fleet-store.ts';
import { toFilterable } from './node-match.ts';
import { quoted } from './quoted.ts';

export interface Completion {
  /** What stands in the list. */
  label: string;
  detail: string;
  /** Put in the place of the word at the cursor. */
  insert: string;
  /** Where that word begins. */
  from: number;
}

const MAX_COMPLETIONS = 10;
/** More different values than that are no choice. */
const MAX_VALUES = 2000;
const LABEL_PREFIX = 'label.';

/** `at` is the cursor. */
export function completions(text: string, at: number, nodes: ReadonlyMap<string, FleetNode>): Completion[] {
  const before = text.slice(0, at);
  const start = wordStart(before);
  const word = before.slice(start).replace(/^-/, '');
  const from = at - word.length;
  const head = /^([A-Za-z][\w.-]*)(:|=|!=)/.exec(word);
  if (head === null) return keyCompletions(word, from, nodes);
  const [whole, key = ''] = head;
  // Of alternatives, the last one is being written
  const rest = word.slice(whole.length);
  const comma = lastComma(rest);
  return valueCompletions(key, rest.slice(comma + 1), at - (rest.length - comma - 1), nodes);
}

/** Behind the last blank outside quotes. */
function wordStart(text: string): number {
  let start = 0;
  let inside = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') inside = !inside;
    else if (!inside && /\s/.test(text[i] as string)) start = i + 1;
  }
  return start;
}

function lastComma(text: string): number {
  let found = -1;
  let inside = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') inside = !inside;
    else if (!inside && text[i] === ',') found = i;
  }
  return found;
}

function keyCompletions(word: string, from: number, nodes: ReadonlyMap<string, FleetNode>): Completion[] {
  if (word === '') return [];
  const wanted = word.toLowerCase();
  const keys = Object.entries(FILTER_KEYS).map(([key, { kind, help }]) => {
    return { label: key, detail: help, insert: kind === 'number' ? `${key}>` : `${key}:`, from };
  });
  const labels = labelNames(nodes)
    .filter((name) => !Object.hasOwn(FILTER_KEYS, name))
    .map((name) => ({ label: LABEL_PREFIX + name, detail: `label ${name}`, insert: `${LABEL_PREFIX}${name}:`, from }));
  const all = [...keys, ...labels];
  const starts = all.filter(({ label }) => label.startsWith(wanted) || label.startsWith(LABEL_PREFIX + wanted));
  return starts.slice(0, MAX_COMPLETIONS);
}

function valueCompletions(key: string, given: string, from: number, nodes: ReadonlyMap<string, FleetNode>): Completion[] {
  const counts = valuesOf(key, nodes);
  const wanted = given.replaceAll('"', '').toLowerCase();
  const found = [...counts].filter(([value]) => value.toLowerCase().includes(wanted));
  const rank = ([value]: [string, number]): number => (value.toLowerCase().startsWith(wanted) ? 0 : 1);
  found.sort((a, b) => rank(a) - rank(b) || b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  // The only one, written out already, is no help any more
  if (found.length === 1 && found[0]?.[0].toLowerCase() === wanted) return [];
  return found.slice(0, MAX_COMPLETIONS).map(([value, count]) => ({
    label: value,
    detail: count === 1 ? '1 node' : `${count} nodes`,
    insert: quoted(value),
    from,
  }));
}

function valuesOf(key: string, nodes: ReadonlyMap<string, FleetNode>): Map<string, number> {
  const counts = new Map<string, number>();
  const known = Object.hasOwn(FILTER_KEYS, key.toLowerCase()) ? FILTER_KEYS[key.toLowerCase()] : undefined;
  if (known?.kind === 'number') return counts;
  if (key.toLowerCase() === 'state') for (const state of Object.keys(NO_COUNTS)) counts.set(state, 0);
  const name = key.startsWith(LABEL_PREFIX) ? key.slice(LABEL_PREFIX.length) : '';
  for (const node of nodes.values()) {
    const read = known !== undefined ? known.read(toFilterable(node)) : Object.hasOwn(node.labels, name) ? node.labels[name] : undefined;
    for (const value of typeof read === 'string' ? [read] : (read ?? [])) {
      if (value !== '' && (counts.size < MAX_VALUES || counts.has(value))) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return counts;
}

const MAX_LABELS = 200;

function labelNames(nodes: ReadonlyMap<string, FleetNode>): string[] {
  const names = new Set<string>();
  for (const node of nodes.values()) {
    for (const name in node.labels) if (!names.has(name) && names.size < MAX_LABELS) names.add(name);
  }
  // A name the language cannot spell is no key
  return [...names].filter((name) => /^[\w.-]+$/.test(name)).sort();
}
