// Subscriptions that outlive a connection: open while the gateway is connected, and opened again when it comes back.
import type { ClientReadableStream } from '@grpc/grpc-js';
import { type MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { fault } from '../../core/node/faults.ts';
import { fromServiceError } from '../../proto/client/grpc-errors.ts';
import { CALLS, type Calls } from '../../proto/gen/services.ts';
import type { GatewayLink } from './gateway-link.ts';
import { isRefusal, refusalWords } from './link-words.ts';

const REOPEN_MS = 1000;

type Watch = 'watchNodes' | 'watchMetrics';

/**
 * Listens to a stream of the gateway for ever; `first` marks the first message of each opening. `interrupted` is told where it ends while the gateway is
 * connected: what it told last is then not of now. Returns the end of it.
 */
export function keepStreaming<Name extends Watch>(
  link: GatewayLink,
  name: Name,
  request: Calls[Name]['request'],
  listener: (message: Calls[Name]['response'], first: boolean) => void,
  interrupted: (why: string) => void = () => undefined,
): () => void {
  let call: ClientReadableStream<Calls[Name]['response']> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  const close = (): void => {
    clearTimeout(timer);
    call?.removeAllListeners('data');
    call?.cancel();
    call = undefined;
  };
  const reopen = (why: string): void => {
    call = undefined;
    // A connection that is lost says so itself.
    if (!ended && link.state.kind === 'connected') interrupted(why);
    if (!ended) timer = setTimeout(open, REOPEN_MS);
  };
  const open = (): void => {
    if (ended || call !== undefined || link.state.kind !== 'connected') return;
    const opened = link.connection().open(name, request);
    call = opened;
    let first = true;
    opened.on('data', (message: Calls[Name]['response']) => {
      listener(message, first);
      first = false;
    });
    opened.on('error', (error) => {
      if (call !== opened) return;
      const failure = fromServiceError(error);
      reportRefusal(link, failure);
      // Without its nodes a console shows nothing that is true: better lost, with the gateway's words, than silently empty.
      if (name === 'watchNodes' && !failure.retryable) link.failed(`the gateway fails to answer ${CALLS[name].method}: ${failure.message}`);
      reopen(failure.message);
    });
    opened.on('end', () => {
      if (call === opened) reopen('the gateway ended its answer');
    });
  };

  const stopListening = link.onState((state) => {
    if (state.kind === 'connected') open();
    else close();
  });
  open();
  return () => {
    ended = true;
    stopListening();
    close();
  };
}

/** Asks again and again while connected; an answer that fails is left out, as the connection's own state says why. */
export function keepPolling<Answer>(
  link: GatewayLink,
  intervalMs: number,
  ask: () => Promise<Answer>,
  listener: (answer: Answer) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  let asking = false;

  const poll = async (): Promise<void> => {
    if (ended || asking || link.state.kind !== 'connected') return;
    clearTimeout(timer);
    asking = true;
    try {
      const answer = await ask();
      if (!ended) listener(answer);
    } catch (error) {
      reportRefusal(link, toMusterError(error));
    } finally {
      asking = false;
      if (!ended) timer = setTimeout(() => poll().catch(fault), intervalMs);
    }
  };

  const stopListening = link.onState((state) => {
    if (state.kind === 'connected') poll().catch(fault);
  });
  poll().catch(fault);
  return () => {
    ended = true;
    stopListening();
    clearTimeout(timer);
  };
}

function reportRefusal(link: GatewayLink, error: MusterError): void {
  if (isRefusal(error)) link.refused(refusalWords(error));
}
