// The console's contract as a client of one gateway: the implementation that every host of the console carries.
import { MusterError } from '../../core/common/muster-error.ts';
import { verifyCallMs } from '../../core/common/verify-wait.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { GatewayAddress } from '../../proto/client/gateway-channel.ts';
import type {
  ConsoleApi,
  ConsoleSubscriptions,
  RequestArguments,
  RequestName,
  RequestResult,
  SubscriptionArguments,
  SubscriptionEvent,
  SubscriptionName,
} from '../common/console-api.ts';
import type { PipelineView } from '../common/pipeline-view.ts';
import type { QueryResult } from '../common/query-result.ts';
import { CommandRuns } from './command-runs.ts';
import type { ContextDesk } from './context-desk.ts';
import { deadLetterRequests } from './dead-letters.ts';
import { askGateway } from './export-pages.ts';
import { Exports, type ExportTarget } from './exports.ts';
import { GatewayLink } from './gateway-link.ts';
import type { GatewayRequests, Requests } from './gateway-requests.ts';
import { joinRequests } from './joining.ts';
import { keepPolling, keepStreaming } from './lasting.ts';
import { nodeChanges } from './node-changes.ts';
import { QueryCollector } from './query-collector.ts';
import { accessOf } from './request-access.ts';
import { getSeries } from './series.ts';
import { SharedNodes } from './shared-nodes.ts';
import { toFleetNode, toInterruption, toLedgerProof, toMetricsEvent, toNodesEvent, toPipelineView, toSchemaTable } from './to-console.ts';

const ANSWER_TIMEOUT_MS = 10_000;
const PIPELINE_INTERVAL_MS = 2000;

type Subscriptions = {
  [K in SubscriptionName]: (args: ConsoleSubscriptions[K]['arguments'], listener: (event: SubscriptionEvent<K>) => void) => () => void;
};

export class ConsoleBackend implements ConsoleApi {
  readonly name = 'console-backend';
  readonly #link: GatewayLink;
  readonly #commands: CommandRuns;
  readonly #exports: Exports;
  readonly #nodes: SharedNodes;
  readonly #desk: ContextDesk;
  readonly #requests: Requests;

  /** Without a target, an export is refused in words. */
  constructor(address: GatewayAddress, desk: ContextDesk, exportTarget?: ExportTarget) {
    this.#link = new GatewayLink(address, (change) => desk.lock.check('write', change));
    this.#exports = new Exports((signal) => askGateway(this.#gateway, signal), exportTarget);
    this.#nodes = new SharedNodes((intervalMs, listener) =>
      keepStreaming(
        this.#link,
        'watchNodes',
        { filter: '', intervalMs },
        (update, first) => listener(toNodesEvent(update, first)),
        (why) => listener(toInterruption(why)),
      ),
    );
    this.#desk = desk;
    this.#requests = { ...this.#gatewayRequests, ...desk.requests };
    this.#commands = new CommandRuns(this.#gateway);
  }

  async start(): Promise<void> {
    this.#link.start();
  }

  async stop(): Promise<void> {
    await this.#exports.stop();
    this.#link.stop();
  }

  /** Exports that are under way: with this program they end. */
  get runningExports(): number {
    return this.#exports.running;
  }

  async request<K extends RequestName>(name: K, args: RequestArguments<K>, signal?: AbortSignal): Promise<RequestResult<K>> {
    this.#desk.lock.check(accessOf(name), name);
    return this.#requests[name](args, signal);
  }

  subscribe<K extends SubscriptionName>(
    name: K,
    args: SubscriptionArguments<K>,
    listener: (event: SubscriptionEvent<K>) => void,
  ): () => void {
    return this.#subscriptions[name](args, listener);
  }

  /** Throws `unavailable` while there is no connection. */
  readonly #gateway = (): FleetClient => this.#link.connection();

  readonly #gatewayRequests: GatewayRequests = {
    listMeasurements: async () => {
      const answer = await this.#gateway().call('listMeasurements', {}, { timeoutMs: ANSWER_TIMEOUT_MS });
      return answer.measurements.map(toSchemaTable);
    },
    query: (args, signal) => this.#query(args, signal),
    getNode: async ({ node }, signal) =>
      toFleetNode(await this.#gateway().call('getNode', { node }, { timeoutMs: ANSWER_TIMEOUT_MS, signal })),
    verify: async ({ nodeId, waitMs }, signal) =>
      toLedgerProof(await this.#gateway().call('verify', { nodeId, waitMs }, { timeoutMs: verifyCallMs(waitMs), signal })),
    getSeries: async (args, signal) => getSeries(this.#gateway(), args, signal),
    runCommand: async (args, signal) => this.#commands.run(args, signal),
    ...nodeChanges(this.#gateway),
    ...joinRequests(this.#gateway),
    ...deadLetterRequests(this.#gateway),
    startExport: (args, signal) => this.#exports.start(args, signal),
    cancelExport: async ({ exportId }) => this.#exports.cancel(exportId),
    reconnect: async () => {
      this.#link.retryNow();
      return null;
    },
  };

  readonly #subscriptions: Subscriptions = {
    desk: (_, listener) => this.#desk.subscribe(listener),
    connection: (_, listener) => {
      listener(this.#link.state);
      return this.#link.onState(listener);
    },
    nodes: ({ intervalMs }, listener) => this.#nodes.subscribe(intervalMs, listener),
    commandOutput: ({ runId }, listener) => this.#commands.follow(runId, listener),
    metrics: (args, listener) =>
      keepStreaming(this.#link, 'watchMetrics', { ...args, nodeIds: [...args.nodeIds], measurements: [...args.measurements] }, (update) =>
        listener(toMetricsEvent(update)),
      ),
    exports: (_, listener) => this.#exports.follow(listener),
    pipeline: (_, listener) => keepPolling(this.#link, PIPELINE_INTERVAL_MS, () => this.#pipeline(), listener),
  };

  async #pipeline(): Promise<PipelineView> {
    return toPipelineView(await this.#gateway().call('getPipelineStatus', {}, { timeoutMs: ANSWER_TIMEOUT_MS }));
  }

  async #query(args: RequestArguments<'query'>, signal?: AbortSignal): Promise<QueryResult> {
    const collector = new QueryCollector();
    // A little longer than the gateway's own limit, whose words are better than a deadline's.
    const frames = this.#gateway().stream('query', args, { timeoutMs: args.timeoutMs + 3000, signal });
    for await (const frame of frames) collector.add(frame);
    if (signal?.aborted) throw new MusterError('cancelled', 'the query was cancelled');
    return collector.result();
  }
}
