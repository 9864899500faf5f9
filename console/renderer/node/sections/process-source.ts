// Where the processes of a node come from: its own list, or the busiest that the store has. Never both, as they measure differently. Pure.
import type { FleetNode } from '../../../common/fleet-node.ts';

/** The agent's command that reads them. */
export const PROCESS_LIST = 'process_list';

export interface ProcessSource {
  /** Whether the node's own list shows: as it is read now, or as it was read last. */
  list: boolean;
  /** Whether the stored ones show. */
  stored: boolean;
  /** Why the list does not show though the window is live; empty otherwise. */
  words: string;
  /** Whether it is worth asking the node once more. */
  again: boolean;
}

/** What this visit has of the node's list. */
export interface ListReading {
  /** There is one. */
  read: boolean;
  /** Why there is no newer one: this window may not run commands, or the gateway or the node refused. Empty where one is on its way. */
  problem: string;
}

const STORED = { list: false, stored: true, again: false };

/** The stored ones stand until a list was read: whether this token may read one, only the gateway knows. */
export function processSource(node: Pick<FleetNode, 'commands' | 'state'>, live: boolean, { read, problem }: ListReading): ProcessSource {
  if (!live) return { ...STORED, words: '' };
  if (!isOffered(node)) return { ...STORED, words: `${PROCESS_LIST} is not allowed on this node: these are the busiest of its samples.` };
  if (read) return { list: true, stored: false, words: '', again: false };
  if (!answers(node)) return { ...STORED, words: 'The node does not answer: these are the busiest of its last samples.' };
  const stands = 'These are the busiest of its last samples';
  if (problem === '') return { ...STORED, words: `${stands}, until its own list is read.` };
  return { ...STORED, words: `${stands}: its own list cannot be read. ${problem}`, again: true };
}

/** Whether the node lets its list be read at all. */
export function isOffered({ commands }: Pick<FleetNode, 'commands'>): boolean {
  return commands.includes(PROCESS_LIST);
}

/** Whether a command has a chance. */
export function answers({ state }: Pick<FleetNode, 'state'>): boolean {
  return state !== 'silent' && state !== 'maintenance' && state !== 'never_seen';
}
