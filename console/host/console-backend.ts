// The console's contract as a client of one gateway: the implementation that every host of the console carries.
import { MusterError } from '../../core/common/muster-error.ts';
import { verifyCallMs } from '../../core/common/verify-wait.ts';
import type { ListMeasurementsResponse, Node, PipelineStatus, QueryFrame, VerifyResponse } from '../../proto/gen/messages.ts';
import { REQUEST_ACCESS, SUBSCRIPTION_ACCESS } from '../common/access.ts';
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
import type { DeskRequests } from '../common/desk-api.ts';
import type { PipelineView } from '../common/pipeline-view.ts';
import type { QueryResult } from '../common/query-result.ts';
import { CommandRuns } from './command-runs.ts';
import type { ContextDesk } from './context-desk.ts';
import { discardDeadLetters, getDeadLetter, listDeadLetters, replayDeadLetters } from './dead-letters.ts';
import { askGateway } from './export-pages.ts';
import { Exports, type ExportTarget } from './exports.ts';
import { callStream, callUnary, fromServiceError } from './gateway-calls.ts';
import { type GatewayAddress, GatewayLink } from './gateway-link.ts';
import { createJoinToken, joinInfo } from './joining.ts';
import { keepPolling, keepStreaming } from './lasting.ts';
import { releaseNode, removeNode, setNodeLabels } from './node-changes.ts';
import { QueryCollector } from './query-collector.ts';
import { getSeries } from './series.ts';
import { SharedNodes } from './shared-nodes.ts';
import { toFleetNode, toInterruption, toLedgerProof, toMetricsEvent, toNodesEvent, toPipelineView, toSchemaTable } from './to-console.ts';

const ANSWER_TIMEOUT_MS = 10_000;
const PIPELINE_INTERVAL_MS = 2000;

type Requests = { [K in RequestName]: (args: RequestArguments<K>, signal?: AbortSignal) => Promise<RequestResult<K>> };
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
    this.#link = new GatewayLink(address);
    this.#exports = new Exports((signal) => askGateway(() => this.#link.connection(), signal), exportTarget);
    this.#nodes = new SharedNodes((intervalMs, listener) =>
      keepStreaming(
        this.#link,
        'WatchNodes',
        { filter: '', intervalMs },
        (update, first) => listener(toNodesEvent(update, first)),
        (why) => listener(toInterruption(why)),
      ),
    );
    this.#desk = desk;
    this.#requests = { ...this.#gatewayRequests, ...desk.requests };
    this.#commands = new CommandRuns(() => this.#link.connection());
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
    this.#desk.lock.check(REQUEST_ACCESS[name], name);
    return this.#requests[name](args, signal);
  }

  subscribe<K extends SubscriptionName>(
    name: K,
    args: SubscriptionArguments<K>,
    listener: (event: SubscriptionEvent<K>) => void,
  ): () => void {
    this.#desk.lock.check(SUBSCRIPTION_ACCESS[name], name);
    return this.#subscriptions[name](args, listener);
  }

  readonly #gatewayRequests: Omit<Requests, keyof DeskRequests> = {
    listMeasurements: async () => {
      const answer = await callUnary<ListMeasurementsResponse>(this.#link.connection(), 'ListMeasurements', {}, ANSWER_TIMEOUT_MS);
      return answer.measurements.map(toSchemaTable);
    },
    query: (args, signal) => this.#query(args, signal),
    getNode: async ({ node }, signal) =>
      toFleetNode(await callUnary<Node>(this.#link.connection(), 'GetNode', { node }, ANSWER_TIMEOUT_MS, signal)),
    verify: async ({ nodeId, waitMs }, signal) => {
      const connection = this.#link.connection();
      return toLedgerProof(await callUnary<VerifyResponse>(connection, 'Verify', { nodeId, waitMs }, verifyCallMs(waitMs), signal));
    },
    getSeries: async (args, signal) => getSeries(this.#link.connection(), args, signal),
    runCommand: async (args, signal) => this.#commands.run(args, signal),
    setNodeLabels: async (args) => setNodeLabels(this.#link.connection(), args),
    joinInfo: async (_, signal) => joinInfo(this.#link.connection(), signal),
    createJoinToken: async (args) => createJoinToken(this.#link.connection(), args),
    releaseNode: async (args) => releaseNode(this.#link.connection(), args),
    removeNode: async (args) => removeNode(this.#link.connection(), args),
    listDeadLetters: async (args, signal) => listDeadLetters(this.#link.connection(), args, signal),
    getDeadLetter: async (args, signal) => getDeadLetter(this.#link.connection(), args, signal),
    replayDeadLetters: async (args) => replayDeadLetters(this.#link.connection(), args),
    discardDeadLetters: async (args) => discardDeadLetters(this.#link.connection(), args),
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
    metrics: (args, listener) => keepStreaming(this.#link, 'WatchMetrics', args, (update) => listener(toMetricsEvent(update))),
    exports: (_, listener) => this.#exports.follow(listener),
    pipeline: (_, listener) => keepPolling(this.#link, PIPELINE_INTERVAL_MS, () => this.#pipeline(), listener),
  };

  async #pipeline(): Promise<PipelineView> {
    return toPipelineView(await callUnary<PipelineStatus>(this.#link.connection(), 'GetPipelineStatus', {}, ANSWER_TIMEOUT_MS));
  }

  #query(args: RequestArguments<'query'>, signal?: AbortSignal): Promise<QueryResult> {
    return new Promise((resolve, reject) => {
      const collector = new QueryCollector();
      // A little longer than the gateway's own limit, whose words are better than a deadline's.
      const call = callStream<QueryFrame>(this.#link.connection(), 'Query', args, args.timeoutMs + 3000);
      const cancel = (): void => call.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
      call.on('data', (frame: QueryFrame) => collector.add(frame));
      call.on('error', (error) => {
        signal?.removeEventListener('abort', cancel);
        reject(signal?.aborted ? new MusterError('cancelled', 'the query was cancelled') : fromServiceError(error as never));
      });
      call.on('end', () => {
        signal?.removeEventListener('abort', cancel);
        resolve(collector.result());
      });
    });
  }
}
