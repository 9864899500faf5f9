// Dead letters of the gateway as pages ask for them.
import type {
  DeadLetter,
  DiscardDeadLettersRequest,
  DiscardDeadLettersResponse,
  ListDeadLettersResponse,
  ReplayDeadLettersRequest,
  ReplayDeadLettersResponse,
} from '../../proto/gen/messages.ts';
import type { RequestArguments, RequestResult } from '../common/console-api.ts';
import type { ChosenLetters, DeadLetterView } from '../common/dead-letter.ts';
import { callUnary } from './gateway-calls.ts';
import type { GatewayConnection } from './gateway-link.ts';
import { toMs } from './to-console.ts';

const READ_TIMEOUT_MS = 15_000;
/** Ten thousand letters are read, sent again and confirmed one by one. */
const CHANGE_TIMEOUT_MS = 60_000;

export async function listDeadLetters(
  connection: GatewayConnection,
  args: RequestArguments<'listDeadLetters'>,
  signal?: AbortSignal,
): Promise<RequestResult<'listDeadLetters'>> {
  const answer = await callUnary<ListDeadLettersResponse>(connection, 'ListDeadLetters', args, READ_TIMEOUT_MS, signal);
  return { letters: answer.deadLetters.map(toDeadLetterView), byReason: answer.byReason, nextBeforeId: answer.nextBeforeId };
}

export async function getDeadLetter(
  connection: GatewayConnection,
  args: RequestArguments<'getDeadLetter'>,
  signal?: AbortSignal,
): Promise<DeadLetterView> {
  return toDeadLetterView(await callUnary<DeadLetter>(connection, 'GetDeadLetter', args, READ_TIMEOUT_MS, signal));
}

export async function replayDeadLetters(
  connection: GatewayConnection,
  args: RequestArguments<'replayDeadLetters'>,
): Promise<RequestResult<'replayDeadLetters'>> {
  const { chosen, editedRow, measurement } = args;
  const request: ReplayDeadLettersRequest = { ...choiceOf(chosen), editedRow, measurement };
  const answer = await callUnary<ReplayDeadLettersResponse>(connection, 'ReplayDeadLetters', request, CHANGE_TIMEOUT_MS);
  return { replayed: answer.replayed, problems: answer.problems };
}

export async function discardDeadLetters(
  connection: GatewayConnection,
  args: RequestArguments<'discardDeadLetters'>,
): Promise<RequestResult<'discardDeadLetters'>> {
  const request: DiscardDeadLettersRequest = choiceOf(args.chosen);
  const answer = await callUnary<DiscardDeadLettersResponse>(connection, 'DiscardDeadLetters', request, CHANGE_TIMEOUT_MS);
  return { discarded: answer.discarded };
}

function choiceOf(chosen: ChosenLetters): DiscardDeadLettersRequest {
  return 'ids' in chosen ? { ids: [...chosen.ids], reason: '', upToId: 0 } : { ids: [], ...chosen };
}

function toDeadLetterView(letter: DeadLetter): DeadLetterView {
  const { id, nodeId, reason, detail, measurement, row, decoded, epoch, seq, tags, textFields } = letter;
  return {
    ...{ id, nodeId, reason, detail, measurement, row, decoded, epoch, seq, tags, textFields },
    timeMs: toMs(letter.time),
    rawBytes: letter.raw.length,
    history: letter.history.map((life) => ({ id: life.id, timeMs: toMs(life.time), reason: life.reason, detail: life.detail })),
  };
}
