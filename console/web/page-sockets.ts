// One WebSocket a page: carries its session's messages as bytes, bounds what waits for a slow reader, notices one that is gone.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { parseBoundedJson } from '../../core/common/bounded-json.ts';
import { toMusterError } from '../../core/common/muster-error.ts';
import { encodeBinaryMessage } from '../common/binary-message.ts';
import type { ConsoleApi } from '../common/console-api.ts';
import { PageSession } from '../host/page-session.ts';
import type { Access, Session } from './access.ts';
import type { WebEvents } from './events.ts';

const MAX_MESSAGE_BYTES = 1024 * 1024;
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;
const PING_INTERVAL_MS = 20_000;
const POLICY_VIOLATION = 1008;
const TRY_AGAIN_LATER = 1013;
/** Of our own, as codes from 4000 on are. */
const SESSION_ENDED = 4001;

export class PageSockets {
  readonly #api: ConsoleApi;
  readonly #events: WebEvents;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });

  constructor(api: ConsoleApi, events: WebEvents) {
    this.#api = api;
    this.#events = events;
  }

  /** Takes over a request whose origin and session were checked. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, access: Access, session: Session): void {
    this.#server.handleUpgrade(request, socket, head, (page) => {
      const release = access.hold(session);
      page.on('close', release);
      this.#serve(page, () => access.isOpen(session));
    });
  }

  closeAll(): void {
    for (const page of this.#server.clients) page.terminate();
  }

  #serve(page: WebSocket, maySee: () => boolean): void {
    this.#events.pageOpened(this.#server.clients.size);
    const session = new PageSession(this.#api, (message) => {
      if (page.readyState !== page.OPEN) return 0;
      if (page.bufferedAmount > MAX_BUFFERED_BYTES) {
        this.#events.pageTooSlow(page.bufferedAmount);
        page.close(TRY_AGAIN_LATER, 'too slow');
        return 0;
      }
      const bytes = encodeBinaryMessage(message);
      page.send(bytes);
      return bytes.byteLength;
    });
    let answered = true;
    const ping = setInterval(() => {
      if (!maySee()) {
        page.close(SESSION_ENDED, 'the session has ended');
        return;
      }
      if (!answered) {
        page.terminate();
        return;
      }
      answered = false;
      page.ping();
    }, PING_INTERVAL_MS);
    page.on('pong', () => {
      answered = true;
    });
    page.on('message', (data, isBinary) => {
      try {
        session.receive(isBinary ? undefined : parseBoundedJson(String(data), 'the message'));
      } catch (error) {
        this.#events.pageMisbehaved(toMusterError(error, 'malformed').message);
        page.close(POLICY_VIOLATION, 'malformed');
      }
    });
    page.on('error', (error) => this.#events.pageMisbehaved(error.message));
    page.on('close', () => {
      clearInterval(ping);
      session.end();
      this.#events.pageClosed(this.#server.clients.size);
    });
  }
}
