// What a put of a configuration asks for, beside what is stored, and how far it would reach.
import type { ConfigProfile, PutConfigRequest } from '../../proto/gen/messages.ts';
import type { Question } from '../terminal/confirm.ts';

export interface PutWish {
  filter?: string;
  share?: number;
  /** Absent where the stored one stays. */
  document?: string;
}

/** What is not said stays as it is stored: the share too, so that a correction of a trial reaches those that have the trial. */
export function toPutRequest(name: string, wish: PutWish, stored: ConfigProfile | undefined): PutConfigRequest {
  return {
    name,
    document: wish.document ?? stored?.document ?? '',
    filter: wish.filter ?? stored?.filter ?? '',
    sharePercent: wish.share ?? stored?.sharePercent ?? 100,
    validateOnly: false,
  };
}

/** `3 machines`, `3 machines and 20 simulations`, `20 simulations` */
export function countedAgents({ nodes, simulations }: Pick<ConfigProfile, 'nodes' | 'simulations'>): string {
  const words = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
  const machines = nodes - simulations;
  if (simulations === 0) return words(machines, 'machine');
  return machines === 0 ? words(simulations, 'simulation') : `${words(machines, 'machine')} and ${words(simulations, 'simulation')}`;
}

/** `3 machines, 10 % of those that match region:gh` */
export function reachWords({ filter, sharePercent }: PutConfigRequest, counts: Pick<ConfigProfile, 'nodes' | 'simulations'>): string {
  const matching = filter === '' ? 'all' : `those that match ${filter}`;
  return `${countedAgents(counts)}, ${sharePercent} % of ${matching}`;
}

/** What to ask where it would reach a larger share than the stored one does; undefined where it would not. */
export function wideningQuestion(
  request: PutConfigRequest,
  counts: Pick<ConfigProfile, 'nodes' | 'simulations'>,
  stored: ConfigProfile | undefined,
): Question | undefined {
  if (stored === undefined || request.sharePercent <= stored.sharePercent) return undefined;
  const reach = reachWords(request, counts);
  return {
    question: `${request.name} is at ${stored.sharePercent} % (${countedAgents(stored)} now). Send it to ${reach}?`,
    unasked: `${request.name} is at ${stored.sharePercent} % and would go to ${reach}: say so with --yes`,
    refused: `nothing was changed: ${request.name} stays at ${stored.sharePercent} %`,
  };
}
