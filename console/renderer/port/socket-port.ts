// Carries the contract over a WebSocket to the server the page came from; opens it again when it is lost.
import { decodeBinaryMessage } from '../../common/binary-message.ts';
import type { HostMessage, HostPort, HostPortListener, PageMessage } from '../../common/port-message.ts';
import { refuseUnreachable } from './unreachable.ts';

const FIRST_BACKOFF_MS = 300;
const MAX_BACKOFF_MS = 5000;
/** A server that takes the connection and then says nothing. */
const OPEN_WITHIN_MS = 10_000;
const UNREACHABLE = "the console's own program does not answer: is it still running?";

export class SocketPort implements HostPort {
  readonly #url: string;
  #socket: WebSocket | undefined;
  #listener: HostPortListener | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
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

  /** The way may be gone without a word, as that of a tunnel: a new one shows. */
  renew(reason: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#lose(this.#socket, reason);
  }

  #open(): void {
    const socket = new WebSocket(this.#url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lose(socket, UNREACHABLE), OPEN_WITHIN_MS);
    socket.onopen = () => {
      clearTimeout(this.#timer);
      this.#tries = 0;
      this.#listener?.opened();
    };
    socket.onmessage = (event: MessageEvent<ArrayBuffer>) => this.#listener?.message(decodeBinaryMessage(event.data) as HostMessage);
    socket.onclose = () => this.#lose(socket, UNREACHABLE);
  }

  /** Nothing of that socket is heard any more, whether its server learns of it or not. */
  #lose(socket: WebSocket, reason: string): void {
    if (socket !== this.#socket) return;
    clearTimeout(this.#timer);
    this.#socket = undefined;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
    const delayMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.#tries++);
    this.#listener?.closed(reason, Date.now() + delayMs);
    this.#timer = setTimeout(() => this.#open(), delayMs);
  }
}
