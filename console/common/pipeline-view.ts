// The state of the path from agents to the store, and the proof of its ledger, as the console shows them.

export interface PipelineView {
  /** Null where it is not known, as in each field that may be null. */
  rowsPerSecond: number | null;
  /** Messages in the stream that are not stored yet. */
  pendingMessages: number;
  streamBytes: number;
  streamMaxBytes: number;
  /** Age of the newest stored batch while something is pending. */
  lagSeconds: number | null;
  deadLetters: Readonly<Record<string, number>>;
  suspendedTables: readonly SuspendedTableView[];
  connectedAgents: number;
  /** As of `completenessAsOfMs`. Share of all numbered batches that is stored or safely on its way, %; null where it has none of the last hour. */
  completenessPercent: number | null;
  /** True when an acknowledgement means "on disk". */
  durable: boolean;
  problems: readonly string[];
  /** Rows in the pending messages, by the mean of those stored last. */
  pendingRows: number | null;
  /** Since the oldest message came that is not stored; 0 when all is. */
  oldestPendingSeconds: number | null;
  /** Of the store's disk; both null where nobody knows. */
  diskFreeBytes: number | null;
  diskBytes: number | null;
  asOfMs: number;
  /** Each hop by itself over the last seconds; null where it is not known yet. Batches that agents numbered. */
  batchesMadePerSecond: number | null;
  /** Messages into the stream. */
  messagesInPerSecond: number | null;
  /** Messages that the ETL took from it. */
  messagesOutPerSecond: number | null;
  /** When the completeness was read from the ledger; null where it never was. */
  completenessAsOfMs: number | null;
  /** Empty from a gateway that does not say. */
  gatewayVersion: string;
  /** When the ETL reported last; null where it never did. */
  etlAsOfMs: number | null;
}

export interface SuspendedTableView {
  table: string;
  /** The database's words. */
  error: string;
  sinceMs: number | null;
  resumeAttempts: number;
  /** When writing is tried again; null where nobody knows. */
  nextResumeMs: number | null;
}

export interface LedgerHoleView {
  nodeId: string;
  epoch: string;
  firstSeq: number;
  lastSeq: number;
  reason: string;
}

/** Batches where not said otherwise. */
export interface LedgerProof {
  stored: number;
  inFlight: number;
  inSpools: number;
  dropped: number;
  lost: number;
  /** Rows in tables beyond what the ledger counts. */
  doubledRows: number;
  ledgerRows: number;
  tableRows: number;
  missingRows: number;
  /** Rows set aside as dead letters. */
  badRows: number;
  nodes: number;
  /** Of the nodes; null from a gateway that does not tell them apart. */
  machines: number | null;
  sources: number | null;
  /** Nothing accounts for them yet; null from a gateway that does not tell. */
  undecided: number | null;
  /** Rows are compared of batches made from then on; null where all are. */
  rowsSinceMs: number | null;
  /** Rows of which nobody looked whether tables lack them; null from a gateway that does not tell. */
  uncomparedRows: number | null;
  holes: readonly LedgerHoleView[];
  droppedByReason: Readonly<Record<string, number>>;
  asOfMs: number;
}
