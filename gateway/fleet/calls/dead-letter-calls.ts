// The calls about dead letters. Each replay and discard is in the audit.
import type {
  DiscardDeadLettersRequest,
  DiscardDeadLettersResponse,
  ReplayDeadLettersRequest,
  ReplayDeadLettersResponse,
} from '../../../proto/gen/messages.ts';
import type { Caller } from '../../access/caller.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import { type LetterChoice, letterChoice } from '../dead-letters/dead-letter-choice.ts';
import type { DeadLetterReplay } from '../dead-letters/dead-letter-replay.ts';
import type { DeadLetterStore } from '../dead-letters/dead-letter-store.ts';
import { getDeadLetter, listDeadLetters } from '../dead-letters/dead-letters.ts';
import { type CallContext, type FleetHandlers, handlers } from './call-handlers.ts';

export interface DeadLetterCallsOptions {
  store: DeadLetterStore;
  replay: DeadLetterReplay;
  audit: Pick<AuditLog, 'record'>;
}

/** Of as many letters as one call may name. */
const MANY_WITHIN_MS = 115_000;
/** Named in a record of the audit. */
const NAMED = 50;

export function deadLetterHandlers(
  context: CallContext,
  options: DeadLetterCallsOptions,
): FleetHandlers<'listDeadLetters' | 'getDeadLetter' | 'replayDeadLetters' | 'discardDeadLetters'> {
  const { store } = options;
  const withinMs = (): number => MANY_WITHIN_MS;
  return handlers(context, {
    listDeadLetters: (request) => listDeadLetters(store, request),
    getDeadLetter: ({ id }) => getDeadLetter(store, id),
    replayDeadLetters: { withinMs, answer: (request, caller) => replayLetters(options, request, caller) },
    discardDeadLetters: { withinMs, answer: (request, caller) => discardLetters(options, request, caller) },
  });
}

async function replayLetters(
  { replay, audit }: DeadLetterCallsOptions,
  request: ReplayDeadLettersRequest,
  caller: Caller,
): Promise<ReplayDeadLettersResponse> {
  const { response, letters } = await replay.replay(request);
  if (letters.length === 0) return response;
  const edited = request.editedRow !== '' || request.measurement !== '';
  const [first] = letters;
  await audit.record({
    kind: 'dead_letters',
    caller: caller.name,
    text: `${counted(letters.length)} replayed${edited ? ', edited' : ''}: ${reasonsOf(letters)}`,
    outcome: 'ok',
    ...(first !== undefined && letters.every(({ nodeId }) => nodeId === first.nodeId) ? { nodeId: first.nodeId } : {}),
    attributes: {
      ...choiceAttributes(letterChoice(request)),
      ids: named(letters.map(({ id }) => id)),
      ...(edited ? { edited_row: request.editedRow, measurement: request.measurement } : {}),
    },
  });
  return response;
}

async function discardLetters(
  { store, audit }: DeadLetterCallsOptions,
  request: DiscardDeadLettersRequest,
  caller: Caller,
): Promise<DiscardDeadLettersResponse> {
  const choice = letterChoice(request);
  const discarded = 'ids' in choice ? await store.remove(choice.ids) : await store.purge(choice.reason, choice.upToId);
  if (discarded > 0) {
    const which = 'ids' in choice ? named(choice.ids) : `all of ${choice.reason} up to ${choice.upToId}`;
    const text = `${counted(discarded)} discarded: ${which}`;
    await audit.record({ kind: 'dead_letters', caller: caller.name, text, outcome: 'ok', attributes: choiceAttributes(choice) });
  }
  return { discarded };
}

/** What was chosen, as it was chosen. */
function choiceAttributes(choice: LetterChoice): Record<string, string> {
  return 'ids' in choice ? { ids: named(choice.ids) } : { reason: choice.reason, up_to_id: String(choice.upToId) };
}

function reasonsOf(letters: readonly { reason: string }[]): string {
  const counts = new Map<string, number>();
  for (const { reason } of letters) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count} ${reason}`).join(', ');
}

function named(ids: readonly number[]): string {
  const more = ids.length - NAMED;
  return ids.slice(0, NAMED).join(' ') + (more > 0 ? ` and ${more} more` : '');
}

function counted(count: number): string {
  return count === 1 ? '1 dead letter' : `${count} dead letters`;
}
