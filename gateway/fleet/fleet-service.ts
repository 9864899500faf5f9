// FleetService: what operators ask. Wires each call to the file that answers it, and owns no answer itself.
import type { NatsConnection } from 'nats';
import { matchesFilter, parseFilter } from '../../core/common/node-filter.ts';
import { verifyAnswerMs } from '../../core/common/verify-wait.ts';
import { type Component, startAll } from '../../core/node/lifecycle.ts';
import type { ListNodesRequest, ListNodesResponse, Node } from '../../proto/gen/messages.ts';
import type { TokenStore } from '../access/token-store.ts';
import type { ExaminedAudit } from '../audit/audit-examine.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { ConfigStore } from '../configs/config-store.ts';
import type { NodeRegistry } from '../nodes/registry.ts';
import type { UsedNumbers } from '../nodes/used-numbers.ts';
import { StateRecorder, type StateRecorderOptions } from '../states/state-recorder.ts';
import { auditHandlers } from './calls/audit-calls.ts';
import { type CallContext, type CallEvents, type FleetHandlers, handlers } from './calls/call-handlers.ts';
import { CommandCaller, type CommandEvents } from './calls/command-caller.ts';
import { commandHandlers } from './calls/command-calls.ts';
import { configHandlers } from './calls/config-calls.ts';
import { deadLetterHandlers } from './calls/dead-letter-calls.ts';
import { type JoinCallsOptions, joinHandlers } from './calls/join-calls.ts';
import { labelHandlers } from './calls/label-calls.ts';
import { nodeHandlers } from './calls/node-calls.ts';
import { removalHandlers } from './calls/removal-calls.ts';
import { tokenHandlers } from './calls/token-calls.ts';
import { DeadLetterReplay } from './dead-letters/dead-letter-replay.ts';
import { DeadLetterStore } from './dead-letters/dead-letter-store.ts';
import { Directory } from './directory/directory.ts';
import { createDirectoryFeed, type DirectoryEvents } from './directory/directory-feed.ts';
import { LeaseKeeper } from './directory/lease-keeper.ts';
import { toTimestamp } from './directory/node-record.ts';
import { watchMetrics } from './directory/watch-metrics.ts';
import { watchNodes } from './directory/watch-nodes.ts';
import type { FleetReader } from './fleet-reader.ts';
import { readEtlStatus } from './ledger/etl-status.ts';
import { createStoreWindow } from './ledger/store-window.ts';
import { Verifier } from './ledger/verify.ts';
import { PipelineReader } from './pipeline/pipeline-status.ts';
import { MeasurementCatalog } from './query/measurements.ts';
import { QueryRunner } from './query/query.ts';
import { type QuestdbReaderOptions, ReadDatabase } from './query/read-database.ts';
import { TierReader } from './query/tier-series.ts';

export interface FleetEvents extends DirectoryEvents, CallEvents, CommandEvents {}

export interface FleetServiceOptions {
  connection: NatsConnection;
  tokens: Pick<TokenStore, 'admit' | 'create' | 'list' | 'revoke'>;
  /** The database as its read-only user. */
  questdb: QuestdbReaderOptions;
  /** Whether JetStream's acknowledgement means "on disk"; undefined where that is not known. */
  natsDurable: () => boolean | undefined;
  /** What else is wrong with the path, a sentence each. */
  pathProblems?: () => string[];
  /** Called after the connection to NATS was lost and stands again; returns what ends it. */
  onReconnect(listener: () => void): () => void;
  /** Who is enrolled; changed by operators. */
  registry: Pick<NodeRegistry, 'remove' | 'removed' | 'isRemoved' | 'restore' | 'release' | 'setLabels'>;
  /** Configurations for agents. */
  configs: Pick<ConfigStore, 'list' | 'put' | 'remove'>;
  audit: Pick<AuditLog, 'record'>;
  /** Whether anything of the audit was altered. */
  examineAudit(): Promise<ExaminedAudit>;
  /** Learns which numbers nodes have used. */
  numbers: UsedNumbers;
  /** How another machine joins. */
  joining: JoinCallsOptions;
  /** Where changes of the nodes' states go; undefined records none. */
  states?: Pick<StateRecorderOptions, 'gateway' | 'connected' | 'pressure' | 'deliver' | 'events'>;
  events: FleetEvents;
  /** Unix ms. */
  now?: () => number;
}

export interface FleetService extends Component {
  /** For `server.addService` with the definition of `muster.v1.FleetService`. */
  readonly handlers: FleetHandlers;
  /** The same answers, for the HTTPS door. */
  readonly reader: FleetReader;
}

/** The streams and buckets of core/node/streams.ts must be there when it is started. */
export function createFleetService(options: FleetServiceOptions): FleetService {
  const { connection, events, tokens } = options;
  const now = options.now ?? Date.now;
  const directory = new Directory(now);
  const database = new ReadDatabase(options.questdb);
  const queries = new QueryRunner(options.questdb);
  const leases = new LeaseKeeper(connection);
  const measurements = new MeasurementCatalog(database, now);
  const deadLetters = new DeadLetterStore(connection);
  const replay = new DeadLetterReplay({ connection, store: deadLetters, storeWindow: createStoreWindow(connection, now), now });
  const tiers = new TierReader({
    database,
    measurements: () => measurements.list(),
    query: (request, signal, caller) => queries.run(request, signal, caller),
    now,
  });
  const verifier = new Verifier({ connection, database, directory, etlStatus: () => readEtlStatus(connection) });
  const pipeline = new PipelineReader({
    ...{ connection, database, directory, deadLetters, natsDurable: options.natsDurable, now },
    otherProblems: () => [...(options.pathProblems?.() ?? []), ...(recorder?.problems() ?? [])],
  });
  let historyKnown = false;
  const onHistory = (): void => {
    historyKnown = true;
  };
  const isRemoved = (nodeId: string): boolean => options.registry.isRemoved(nodeId);
  const recorder =
    options.states &&
    new StateRecorder({
      ...options.states,
      connection,
      directory,
      database,
      historyKnown: () => historyKnown,
      isRemoved,
      etlStatus: () => readEtlStatus(connection),
      now,
    });
  const components: Component[] = [
    database,
    queries,
    createDirectoryFeed({ connection, directory, database, numbers: options.numbers, onHistory, events }),
    leases,
    ...(recorder === undefined ? [] : [recorder]),
  ];
  let stop: (() => Promise<void>) | undefined;

  const { audit, onReconnect } = options;
  const commands = new CommandCaller({ connection, directory, audit, onReconnect, events });
  const context: CallContext = { authorizer: tokens, events };
  return {
    name: 'fleet service',
    async start() {
      stop = await startAll(components);
    },
    async stop() {
      await stop?.();
      stop = undefined;
    },
    reader: {
      nodeId: (idOrName) => directory.find(idOrName).nodeId,
      pipeline: () => pipeline.read(),
      measurements: () => measurements.list(),
      query: (request, signal, caller) => queries.run(request, signal, caller),
      tierPlan: (measurement, range) => tiers.plan(measurement, range),
      rows: (statement) => database.rows(statement),
    },
    handlers: {
      ...handlers(context, {
        listNodes: (request) => listNodes(directory, request, now()),
        getNode: (request) => directory.find(request.node).toNode(),
        watchNodes: (request, signal) => watchNodes(directory, request, signal),
        query: (request, signal, caller) => queries.run(request, signal, caller),
        getSeries: (request, signal, caller) => tiers.series(request, signal, caller),
        watchMetrics: (request, signal) => watchMetrics({ connection, leases, directory }, request, signal),
        listMeasurements: async () => ({ measurements: await measurements.list() }),
        verify: { withinMs: ({ waitMs }) => verifyAnswerMs(waitMs), answer: (request) => verifier.verify(request) },
        getPipelineStatus: () => pipeline.read(),
      }),
      ...deadLetterHandlers(context, { store: deadLetters, replay, audit: options.audit }),
      ...nodeHandlers(context, { directory, registry: options.registry, audit: options.audit }),
      ...removalHandlers(context, { directory, registry: options.registry, audit: options.audit }),
      ...labelHandlers(context, { directory, registry: options.registry, audit: options.audit }),
      ...configHandlers(context, { directory, configs: options.configs, audit: options.audit }),
      ...tokenHandlers(context, tokens),
      ...joinHandlers(context, options.joining),
      ...auditHandlers(context, connection, options.examineAudit),
      ...commandHandlers(context, commands),
    },
  };
}

function listNodes(directory: Directory, request: ListNodesRequest, nowMs: number): ListNodesResponse {
  const terms = parseFilter(request.filter);
  const nodes: Node[] = [];
  for (const record of directory.nodes()) if (matchesFilter(terms, record)) nodes.push(record.toNode());
  return { nodes, asOf: toTimestamp(nowMs) };
}
