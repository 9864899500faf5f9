// Carries the contract over a WebSocket to the server the page came from; opens it again when it is lost.
import { decodeBinaryMessage } from '../../common/binary-message.ts';
import type { HostMessage, HostPort, HostPortListener, PageMessage } from '../../common/port-message.ts';

const FIRST_BACKOFF_MS = 300;
const MAX_BACKOFF_MS = 5000;

export class SocketPort implements HostPort {
  readonly #url: string;
  #socket: WebSocket | undefined;
  #listener: HostPortListener | undefined;
  #tries = 0;

  constructor(url: string) {
    this.#url = url;
  }

  listen(listener: HostPortListener): void {
    this.#listener = listener;
    this.#open();
  }

  /** What is sent while the socket is not open is not kept: subscriptions are sent anew by `opened`. */
  send(message: PageMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
    else if (message.kind === 'request') {
      const error = { code: 'unavailable' as const, message: "the console's own program does not answer: is it still running?" };
      queueMicrotask(() => this.#listener?.message({ kind: 'error', id: message.id, error }));
    }
  }

  #open(): void {
    const socket = new WebSocket(this.#url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onopen = () => {
      this.#tries = 0;
      this.#listener?.opened();
    };
    socket.onmessage = (event: MessageEvent<ArrayBuffer>) => this.#listener?.message(decodeBinaryMessage(event.data) as HostMessage);
    socket.onclose = () => {
      const delayMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.#tries++);
      this.#listener?.closed("the console's own program does not answer: is it still running?", Date.now() + delayMs);
      setTimeout(() => this.#open(), delayMs);
    };
  }
}
