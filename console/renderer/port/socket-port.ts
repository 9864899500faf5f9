// Carries the contract over a WebSocket to the server the page came from; opens it again when it is lost.
import { decodeBinaryMessage } from '../../common/binary-message.ts';
import type { HostMessage, HostPort, HostPortListener, PageMessage } from '../../common/port-message.ts';
import { refuseUnreachable } from './unreachable.ts';

const FIRST_BACKOFF_MS = 300;
const MAX_BACKOFF_MS = 5000;
/** A server that takes the connection and then says nothing. */
const OPEN_WITHIN_MS = 10_000;
/** A session that ended stays so; a look at it from time to time costs nothing. */
const ENDED_BACKOFF_MS = 60_000;
const ASK_WITHIN_MS = 5000;
const ENDED = "this page's session has ended: muster status shows a new address to open";
const UNREACHABLE = "the console's own program does not answer: is it still running?";

export class SocketPort implements HostPort {
  readonly #url: URL;
  #socket: WebSocket | undefined;
  #listener: HostPortListener | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;

  /** `url` is where the page lies: the socket and the session are beside it. */
  constructor(url: URL) {
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
    else if (this.#socket === undefined) this.#open();
  }

  #open(): void {
    clearTimeout(this.#timer);
    const socket = new WebSocket(new URL('socket', this.#url).href.replace(/^http/, 'ws'));
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
    this.#closed(reason, delayMs, () => this.#open());
    void this.#askSession();
  }

  #closed(reason: string, delayMs: number, next: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(next, delayMs);
    this.#listener?.closed(reason, Date.now() + delayMs);
  }

  /** A socket that is refused does not say why. */
  async #askSession(): Promise<void> {
    const timer = this.#timer;
    const ended = (await this.#sessionStatus()) === 401;
    if (ended && timer === this.#timer && this.#socket === undefined) this.#end();
  }

  #end(): void {
    this.#closed(ENDED, ENDED_BACKOFF_MS, () => void this.#lookAgain());
  }

  async #lookAgain(): Promise<void> {
    if ((await this.#sessionStatus()) === 204) this.#open();
    else this.#end();
  }

  /** Undefined where nobody answers. */
  async #sessionStatus(): Promise<number | undefined> {
    const answer = await fetch(new URL('session', this.#url), { signal: AbortSignal.timeout(ASK_WITHIN_MS) }).catch(() => undefined);
    return answer?.status;
  }
}
