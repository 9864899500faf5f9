// The one contract between the console's pages and whatever hosts them: requests that answer once, subscriptions that go on.
// Electron's main process and the web server carry it; neither adds to it.
import type { FrameColumns } from '../../core/common/frame.ts';
import type { MusterError, MusterErrorCode } from '../../core/common/muster-error.ts';
import type { CommandEnd, CommandOutputEvent } from './command-run.ts';
import type { DeadLetterRequests } from './dead-letter.ts';
import type { DeskRequests, DeskSubscriptions } from './desk-api.ts';
import type { ExportFormat, ExportStart, ExportView } from './export-view.ts';
import type { FleetNode } from './fleet-node.ts';
import type { JoinInfoView, JoinTokenView } from './join-view.ts';
import type { LedgerProof, PipelineView } from './pipeline-view.ts';
import type { QueryResult } from './query-result.ts';
import type { SeriesAnswer } from './series-answer.ts';

/** Nothing to say. */
export type NoArguments = Readonly<Record<string, never>>;

export interface SchemaColumn {
  name: string;
  type: string;
  /** True where it names the series. */
  tag: boolean;
}

/** A table or view that SQL can name. */
export interface SchemaTable {
  name: string;
  view: boolean;
  columns: readonly SchemaColumn[];
}

/** Name → what it takes and what it answers. */
export interface ConsoleRequests extends DeskRequests, DeadLetterRequests {
  listMeasurements: { arguments: NoArguments; result: SchemaTable[] };
  /** One read-only SELECT. Ends early when its signal aborts. */
  query: { arguments: { sql: string; maxRows: number; timeoutMs: number }; result: QueryResult };
  /** By id, or by a name that only one node has. */
  getNode: { arguments: { node: string }; result: FleetNode };
  verify: { arguments: { nodeId: string; waitMs: number }; result: LedgerProof };
  /** History of one measurement in equal steps, from the tier that the gateway chooses. Ends early when its signal aborts. */
  getSeries: {
    arguments: {
      nodeId: string;
      measurement: string;
      /** Only series with these tags. */
      tags: Readonly<Record<string, string>>;
      /** Empty means all numbers. */
      fields: readonly string[];
      fromMs: number;
      toMs: number;
      /** Points of each series at most. */
      maxPoints: number;
    };
    result: SeriesAnswer;
  };
  /** One command of the node's allow-list; answers when it ended. `commandOutput` of the same `runId` tells what it writes; its signal stops it. */
  runCommand: {
    arguments: { runId: string; node: string; command: string; arguments: Readonly<Record<string, string>>; timeoutMs: number };
    result: CommandEnd;
  };
  /** Refused as `failed_precondition` where one of these labels is no longer as in `seen`: all labels as they were when the change was begun. */
  setNodeLabels: {
    arguments: {
      node: string;
      set: Readonly<Record<string, string>>;
      remove: readonly string[];
      seen: Readonly<Record<string, string>>;
    };
    result: FleetNode;
  };
  /** Ends a quarantine. */
  releaseNode: { arguments: { node: string }; result: FleetNode };
  /** How another machine joins. */
  joinInfo: { arguments: NoArguments; result: JoinInfoView };
  /** A token that admits so many machines; its secret is told this once. */
  createJoinToken: { arguments: { uses: number; validSeconds: number }; result: JoinTokenView };
  /** Takes the node out of the fleet; its history stays. */
  removeNode: { arguments: { node: string }; result: null };
  /** Begins to write a statement's whole answer to a file of the operator's choice; null where none was chosen. `exports` tells how far it is. */
  startExport: { arguments: { sql: string; format: ExportFormat; name: string }; result: ExportStart | null };
  cancelExport: { arguments: { exportId: string }; result: null };
  /** Tries the gateway at once instead of waiting for the next try. */
  reconnect: { arguments: NoArguments; result: null };
}

/** What is known of the way to the gateway. */
export type ConnectionState =
  | { kind: 'connecting'; gateway: string; sinceMs: number }
  /** `hostVersion` is absent from a host of an earlier version. */
  | { kind: 'connected'; gateway: string; sinceMs: number; roundTripMs: number; hostVersion?: string }
  | { kind: 'lost'; gateway: string; sinceMs: number; nextTryMs: number; tries: number; reason: string }
  /** The gateway is there and does not take this console's token. `reason` has its words. */
  | { kind: 'refused'; gateway: string; sinceMs: number; nextTryMs: number; tries: number; reason: string };

/** How often a page hears of its nodes: who asks for them as often shares its stream. */
export const NODES_INTERVAL_MS = 1000;

/** `begins` starts a whole new answer: what it does not name by the event with `complete` is gone. */
export interface NodesEvent {
  begins: boolean;
  complete: boolean;
  nodes: FleetNode[];
  removed: string[];
  /** By the gateway's clock. */
  asOfMs: number;
  /** How long ago the host heard this `asOfMs`, by its own steady clock; 0 for what it has just heard and passes on. */
  heardMs: number;
  /** Why no states come though the gateway is connected; it names no nodes then, and the next whole answer tells that they come again. */
  interrupted?: string;
}

export interface MetricsEvent {
  nodeId: string;
  frames: FrameColumns[];
  /** By the agent's clock. */
  sentMs: number;
}

/** Name → what it takes and what arrives, again and again. A subscription outlives a lost gateway and goes on by itself. */
export interface ConsoleSubscriptions extends DeskSubscriptions {
  connection: { arguments: NoArguments; event: ConnectionState };
  nodes: { arguments: { intervalMs: number }; event: NodesEvent };
  pipeline: { arguments: NoArguments; event: PipelineView };
  /** All exports of this host that are under way or ended lately, newest first. */
  exports: { arguments: NoArguments; event: readonly ExportView[] };
  /** What a run of `runCommand` writes. */
  commandOutput: { arguments: { runId: string }; event: CommandOutputEvent };
  /** Holds a lease on the nodes' live samples while subscribed. */
  metrics: { arguments: { nodeIds: readonly string[]; measurements: readonly string[]; intervalMs: number }; event: MetricsEvent };
}

export type RequestName = keyof ConsoleRequests;
export type SubscriptionName = keyof ConsoleSubscriptions;
export type RequestArguments<K extends RequestName> = ConsoleRequests[K]['arguments'];
export type RequestResult<K extends RequestName> = ConsoleRequests[K]['result'];
export type SubscriptionArguments<K extends SubscriptionName> = ConsoleSubscriptions[K]['arguments'];
export type SubscriptionEvent<K extends SubscriptionName> = ConsoleSubscriptions[K]['event'];

/** An error on its way to a page: the code and one sentence. */
export interface ConsoleErrorData {
  code: MusterErrorCode;
  message: string;
}

export interface ConsoleApi {
  /** Rejects with a MusterError; `cancelled` when the signal aborted first. */
  request<K extends RequestName>(name: K, args: RequestArguments<K>, signal?: AbortSignal): Promise<RequestResult<K>>;
  /**
   * Returns the unsubscribe, which may be called twice. Nothing arrives after it. `refused` is told why a host does not take it; the page
   * goes on asking for it where that may help.
   */
  subscribe<K extends SubscriptionName>(
    name: K,
    args: SubscriptionArguments<K>,
    listener: (event: SubscriptionEvent<K>) => void,
    refused?: (error: MusterError) => void,
  ): () => void;
}
