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
}

/** `refusal` is why this window may not run commands, empty where it may; `read` tells that there is a list of this visit. */
export function processSource(node: Pick<FleetNode, 'commands' | 'state'>, live: boolean, refusal: string, read: boolean): ProcessSource {
  if (!live) return { list: false, stored: true, words: '' };
  if (!node.commands.includes(PROCESS_LIST)) {
    return { list: false, stored: true, words: `${PROCESS_LIST} is not allowed on this node: these are the busiest of its samples.` };
  }
  if (!answers(node)) {
    return { list: read, stored: !read, words: read ? '' : 'The node does not answer: these are the busiest of its last samples.' };
  }
  return refusal === '' ? { list: true, stored: false, words: '' } : { list: read, stored: !read, words: read ? '' : refusal };
}

/** Whether a command has a chance. */
export function answers({ state }: Pick<FleetNode, 'state'>): boolean {
  return state !== 'silent' && state !== 'maintenance' && state !== 'never_seen';
}
