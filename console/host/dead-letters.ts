// Dead letters of the gateway as pages ask for them.
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { DeadLetter, DiscardDeadLettersRequest } from '../../proto/gen/messages.ts';
import type { ChosenLetters, DeadLetterView } from '../common/dead-letter.ts';
import type { GatewayRequests } from './gateway-requests.ts';
import { toMs } from './to-console.ts';

const READ_TIMEOUT_MS = 15_000;
/** Ten thousand letters are read, sent again and confirmed one by one. */
const CHANGE_TIMEOUT_MS = 60_000;

type DeadLetterRequests = Pick<GatewayRequests, 'listDeadLetters' | 'getDeadLetter' | 'replayDeadLetters' | 'discardDeadLetters'>;

export function deadLetterRequests(gateway: () => FleetClient): DeadLetterRequests {
  return {
    listDeadLetters: async (args, signal) => {
      const answer = await gateway().call('listDeadLetters', args, { timeoutMs: READ_TIMEOUT_MS, signal });
      return { letters: answer.deadLetters.map(toDeadLetterView), byReason: answer.byReason, nextBeforeId: answer.nextBeforeId };
    },
    getDeadLetter: async (args, signal) =>
      toDeadLetterView(await gateway().call('getDeadLetter', args, { timeoutMs: READ_TIMEOUT_MS, signal })),
    replayDeadLetters: async ({ chosen, editedRow, measurement }) => {
      const request = { ...choiceOf(chosen), editedRow, measurement };
      const { replayed, problems } = await gateway().call('replayDeadLetters', request, { timeoutMs: CHANGE_TIMEOUT_MS });
      return { replayed, problems };
    },
    discardDeadLetters: async ({ chosen }) => {
      const { discarded } = await gateway().call('discardDeadLetters', choiceOf(chosen), { timeoutMs: CHANGE_TIMEOUT_MS });
      return { discarded };
    },
  };
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
