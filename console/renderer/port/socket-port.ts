// Carries the contract over a WebSocket to the server the page came from; opens it again when it is lost.
import { decodeBinaryMessage } from '../../common/binary-message.ts';
import type { HostMessage, HostPort, HostPortListener, PageMessage } from '../../common/port-message.ts';
import { refuseUnreachable } from './unreachable.ts';

const FIRST_BACKOFF_MS = 300;
const MAX_BACKOFF_MS = 5000;
const UNREACHABLE = "the console's own program does not answer: is it still running?";

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

  send(message: PageMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
    else refuseUnreachable(this.#listener, message, UNREACHABLE);
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
      this.#listener?.closed(UNREACHABLE, Date.now() + delayMs);
      setTimeout(() => this.#open(), delayMs);
    };
  }
}
