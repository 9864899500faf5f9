// The built page in a browser, over a host whose answers the test sets: for what only a fault shows, without any server but the page's own files.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { encodeBinaryMessage } from '../../console/common/binary-message.ts';
import type { ConnectionState, ConsoleApi, NodesEvent, RequestName } from '../../console/common/console-api.ts';
import type { FleetNode } from '../../console/common/fleet-node.ts';
import type { PipelineView } from '../../console/common/pipeline-view.ts';
import { BRIDGE_NAME } from '../../console/common/preload-bridge.ts';
import { PageSession } from '../../console/host/page-session.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { VERSION } from '../../core/common/version.ts';
import { resolveRuntime } from '../../deploy/setup/runtimes.mjs';

const PAGE = join(import.meta.dirname, '../../dist/console/renderer');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const GATEWAY = '127.0.0.1:7443';

type Answers = { [name in RequestName]?: (args: never) => unknown };

export interface StagedPage {
  page: Page;
  /** What was asked, in order. */
  asked: { name: RequestName; args: unknown }[];
  /** What the host answers; a request without an answer fails as `unavailable`. */
  answers: Answers;
  /** Tells the page how its way to the gateway is. While it is lost, nothing else is told. */
  say(kind: 'connected' | 'lost'): void;
  /** The next states of the path, as the gateway tells them each second. */
  pipeline: Partial<PipelineView>;
  /** What the gateway tells whole to a page that comes, and to all once it is back. */
  nodes: Map<string, FleetNode>;
  /** Tells pages of these at once, and keeps them. */
  tell(changed: readonly FleetNode[]): void;
  /** The gateway's clock. */
  nowMs(): number;
  close(): Promise<void>;
}

export interface StagedOptions {
  /** Of the browser; UTC where it is left out. */
  timezoneId?: string;
  /** What the gateway's clock shows now; it goes on from there. */
  atMs?: number;
}

const VIEW: Omit<PipelineView, 'asOfMs'> = {
  ...{ rowsPerSecond: 1000, pendingMessages: 0, streamBytes: 0, streamMaxBytes: 1e9, lagSeconds: 0.1, deadLetters: {} },
  ...{ suspendedTables: [], connectedAgents: 1, completenessPercent: 100, durable: true, problems: [], pendingRows: 0 },
  ...{ oldestPendingSeconds: 0, diskFreeBytes: null, diskBytes: null, batchesMadePerSecond: 5, messagesInPerSecond: 2 },
  ...{ messagesOutPerSecond: 1, completenessAsOfMs: 0, gatewayVersion: VERSION, etlAsOfMs: 0 },
};

export async function openStagedPage({ timezoneId = 'UTC', atMs = Date.now() }: StagedOptions = {}): Promise<StagedPage> {
  const server = await serveFiles();
  const browser = await chromium.launch({ executablePath: await resolveRuntime('chromium'), args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-US', timezoneId });
  const host = new StagedHost(atMs - Date.now());
  const staged: StagedPage = {
    page,
    asked: host.asked,
    answers: host.answers,
    say: (kind) => host.say(kind),
    pipeline: host.pipeline,
    nodes: host.nodes,
    tell: (changed) => host.tell(changed),
    nowMs: () => host.nowMs(),
    close: () => stop(host, browser, server),
  };
  await page.exposeBinding('stagedSend', (_, message) => host.session?.receive(message));
  await page.exposeBinding('stagedOpen', () => host.open(page));
  await page.addInitScript(`globalThis.${BRIDGE_NAME} = {
    listen(message, opened) {
      globalThis.stagedTell = (text) => message(Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)));
      globalThis.stagedOpen().then(opened);
    },
    send(message) { globalThis.stagedSend(message); },
  };`);
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return staged;
}

class StagedHost {
  readonly asked: StagedPage['asked'] = [];
  readonly answers: Answers = {};
  readonly pipeline: Partial<PipelineView> = {};
  readonly nodes = new Map<string, FleetNode>();
  session: PageSession | undefined;
  readonly #connections = new Set<(state: ConnectionState) => void>();
  readonly #fleets = new Set<(event: NodesEvent) => void>();
  readonly #aheadMs: number;
  #lost = false;

  constructor(aheadMs: number) {
    this.#aheadMs = aheadMs;
  }

  nowMs(): number {
    return Date.now() + this.#aheadMs;
  }

  open(page: Page): void {
    this.session?.end();
    this.session = new PageSession(this.#api(), (message) => {
      const bytes = encodeBinaryMessage(message);
      // A page that is being loaded anew hears nothing.
      page.evaluate(`globalThis.stagedTell(${JSON.stringify(Buffer.from(bytes).toString('base64'))})`).catch(() => undefined);
      return bytes.length;
    });
  }

  say(kind: 'connected' | 'lost'): void {
    this.#lost = kind === 'lost';
    for (const listener of this.#connections) listener(this.#state());
    if (!this.#lost) for (const listener of this.#fleets) listener(this.#whole());
  }

  tell(changed: readonly FleetNode[]): void {
    for (const node of changed) this.nodes.set(node.nodeId, node);
    if (this.#lost) return;
    for (const listener of this.#fleets) listener(this.#event([...changed], false));
  }

  #whole(): NodesEvent {
    return this.#event([...this.nodes.values()], true);
  }

  #event(nodes: FleetNode[], begins: boolean): NodesEvent {
    return { begins, complete: true, nodes, removed: [], asOfMs: this.nowMs(), heardMs: 0 };
  }

  #state(): ConnectionState {
    const sinceMs = Date.now();
    if (!this.#lost) return { kind: 'connected', gateway: GATEWAY, sinceMs, roundTripMs: 1, hostVersion: VERSION };
    return { kind: 'lost', gateway: GATEWAY, sinceMs, nextTryMs: sinceMs + 8000, tries: 2, reason: 'no answer for 4 s' };
  }

  #api(): ConsoleApi {
    const each = (tell: () => void): (() => void) => {
      const told = (): void => {
        if (!this.#lost) tell();
      };
      told();
      const timer = setInterval(told, 1000);
      return () => clearInterval(timer);
    };
    const subscriptions: Record<string, (listener: (event: never) => void) => () => void> = {
      connection: (listener) => {
        const hear = listener as (state: ConnectionState) => void;
        this.#connections.add(hear);
        hear(this.#state());
        return () => this.#connections.delete(hear);
      },
      nodes: (listener) => {
        const hear = listener as (event: NodesEvent) => void;
        this.#fleets.add(hear);
        if (!this.#lost) hear(this.#whole());
        const end = each(() => hear(this.#event([], false)));
        return () => {
          end();
          this.#fleets.delete(hear);
        };
      },
      pipeline: (listener) =>
        each(() => {
          const asOfMs = this.nowMs();
          listener({ ...VIEW, asOfMs, completenessAsOfMs: asOfMs, etlAsOfMs: asOfMs, ...this.pipeline } as never);
        }),
    };
    return {
      request: async (name, args) => {
        this.asked.push({ name, args });
        const answer = this.answers[name];
        if (answer === undefined) throw new MusterError('unavailable', `${name} has no answer here`);
        return answer(args as never) as never;
      },
      subscribe: (name, _, listener) => subscriptions[name]?.(listener as never) ?? (() => undefined),
    };
  }
}

function serveFiles(): Promise<Server> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://page').pathname);
    try {
      const file = path === '/' ? '/index.html' : path;
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(join(PAGE, file)));
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

async function stop(host: StagedHost, browser: Browser, server: Server): Promise<void> {
  host.session?.end();
  await browser.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
