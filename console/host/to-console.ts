// Messages of the gateway as the console's own plain data: times as Unix milliseconds, absent values as null.
import type { FrameColumns } from '../../core/common/frame.ts';
import { kindWord } from '../../core/common/node-kind.ts';
import type {
  Frame,
  Measurement,
  MetricsUpdate,
  Node,
  NodeState,
  NodesUpdate,
  PipelineStatus,
  SpoolState,
  Summary,
  Timestamp,
  VerifyResponse,
} from '../../proto/gen/messages.ts';
import type { MetricsEvent, NodesEvent, SchemaTable } from '../common/console-api.ts';
import type { FleetNode, NodeSpool, NodeStateName, NodeValues } from '../common/fleet-node.ts';
import type { LedgerProof, PipelineView } from '../common/pipeline-view.ts';

const STATES: Record<NodeState, NodeStateName> = {
  NODE_STATE_UNSPECIFIED: 'unknown',
  NODE_STATE_LIVE: 'live',
  NODE_STATE_LATE: 'late',
  NODE_STATE_SILENT: 'silent',
  NODE_STATE_NEVER_SEEN: 'never_seen',
  NODE_STATE_QUARANTINED: 'quarantined',
  NODE_STATE_IDLE: 'idle',
};

export function toFleetNode(node: Node): FleetNode {
  const info = node.info;
  return {
    nodeId: node.nodeId,
    name: info?.name || node.nodeId,
    state: STATES[node.state] ?? 'unknown',
    stateSinceMs: toMs(node.stateSince),
    enrolledMs: toMs(node.enrolled),
    lastSeenMs: toMs(node.lastSeen),
    intervalMs: node.intervalMs,
    labels: info?.labels ?? {},
    platform: info?.platform ?? '',
    os: info?.os ?? '',
    kernel: info?.kernel ?? '',
    arch: info?.arch ?? '',
    cpuModel: info?.cpuModel ?? '',
    cpuCores: info?.cpuCores ?? 0,
    memoryBytes: info?.memoryBytes ?? 0,
    virtualization: info?.virtualization ?? '',
    model: info?.model ?? '',
    addresses: info?.addresses ?? [],
    agentVersion: info?.agentVersion ?? '',
    simulated: info?.simulated ?? false,
    kind: kindWord(node.kind),
    joinTokenId: node.joinTokenId,
    commands: info?.commands ?? [],
    bootMs: info?.bootUs ? info.bootUs / 1000 : null,
    skewMs: node.skewUs / 1000,
    gateway: node.gateway,
    problem: node.problem,
    values: node.summary ? toNodeValues(node.summary) : null,
    spool: node.spool ? toNodeSpool(node.spool) : null,
    config: node.config ? { version: node.config.version, state: node.config.state, problem: node.config.problem } : null,
  };
}

function toNodeValues(summary: Summary): NodeValues {
  return {
    timeMs: summary.timeUs / 1000,
    cpuPercent: summary.cpuPercent ?? null,
    memoryPercent: summary.memoryPercent ?? null,
    swapPercent: summary.swapPercent ?? null,
    load1: summary.load1 ?? null,
    diskPercent: summary.diskPercent ?? null,
    diskMount: summary.diskMount,
    diskReadBytesPerSecond: summary.diskReadBytesPerSecond ?? null,
    diskWriteBytesPerSecond: summary.diskWriteBytesPerSecond ?? null,
    rxBytesPerSecond: summary.networkRxBytesPerSecond ?? null,
    txBytesPerSecond: summary.networkTxBytesPerSecond ?? null,
    temperatureCelsius: summary.temperatureCelsius ?? null,
    processCount: summary.processCount ?? null,
    uptimeSeconds: summary.uptimeSeconds ?? null,
    pressurePercent: summary.pressurePercent ?? null,
  };
}

function toNodeSpool(spool: SpoolState): NodeSpool {
  return {
    batches: Math.max(0, spool.nextSeq - spool.oldestSeq),
    bytes: spool.bytes,
    rows: spool.rows,
    durable: spool.durable,
    problem: spool.problem,
    oldestMs: spool.oldestUs > 0 ? spool.oldestUs / 1000 : null,
    retries: spool.retries,
    lastError: spool.lastError,
    setAside: spool.setAside,
    drops: spool.drops.map(({ reason, rows }) => ({ reason, rows })),
  };
}

export function toNodesEvent(update: NodesUpdate, begins: boolean): NodesEvent {
  return {
    begins,
    complete: update.complete,
    nodes: update.nodes.map(toFleetNode),
    removed: update.removed,
    asOfMs: toMs(update.asOf) ?? Date.now(),
    heardMs: 0,
  };
}

/** The gateway is there, and its answer about the nodes ended with these words. */
export function toInterruption(why: string): NodesEvent {
  return { begins: false, complete: false, nodes: [], removed: [], asOfMs: 0, heardMs: 0, interrupted: why };
}

export function toMetricsEvent(update: MetricsUpdate): MetricsEvent {
  return { nodeId: update.nodeId, frames: update.frames.map(toFrameColumns), sentMs: update.sentUs / 1000 };
}

/** Row times are absolute in the answer; on the wire each is the difference to the one before. */
export function toFrameColumns(frame: Frame): FrameColumns {
  const timeUs = new Float64Array(frame.timeUs.length);
  let time = 0;
  for (let i = 0; i < timeUs.length; i++) {
    time += frame.timeUs[i]!;
    timeUs[i] = time;
  }
  return {
    measurement: frame.measurement,
    tags: frame.tags,
    series: frame.series.map((series) => series.tagValues),
    seriesIndex: Uint32Array.from(frame.seriesIndex),
    timeUs,
    fields: frame.fields,
    values: Float64Array.from(frame.values),
    textFields: frame.textFields,
    texts: frame.texts,
    absentTexts: frame.absentTexts,
  };
}

export function toSchemaTable(measurement: Measurement): SchemaTable {
  return {
    name: measurement.name,
    view: measurement.view,
    columns: measurement.columns.map(({ name, type, tag }) => ({ name, type, tag })),
  };
}

export function toPipelineView(status: PipelineStatus): PipelineView {
  return {
    rowsPerSecond: status.rowsPerSecond ?? null,
    pendingMessages: status.pendingMessages,
    streamBytes: status.streamBytes,
    streamMaxBytes: status.streamMaxBytes,
    lagSeconds: status.lagSeconds ?? null,
    deadLetters: status.deadLetters,
    suspendedTables: status.suspendedTables.map(({ table, error, since, resumeAttempts, nextResume }) => ({
      table,
      error,
      sinceMs: toMs(since),
      resumeAttempts,
      nextResumeMs: toMs(nextResume),
    })),
    pendingRows: status.lagRows ?? null,
    oldestPendingSeconds: status.oldestPendingSeconds ?? null,
    diskFreeBytes: status.diskFreeBytes ?? null,
    diskBytes: status.diskBytes ?? null,
    connectedAgents: status.connectedAgents,
    completenessPercent: status.completenessPercent ?? null,
    durable: status.durable,
    problems: status.problems,
    asOfMs: toMs(status.asOf) ?? Date.now(),
    batchesMadePerSecond: status.batchesMadePerSecond ?? null,
    messagesInPerSecond: status.messagesInPerSecond ?? null,
    messagesOutPerSecond: status.messagesOutPerSecond ?? null,
    completenessAsOfMs: toMs(status.completenessAsOf),
    etlAsOfMs: toMs(status.etlAsOf),
    gatewayVersion: status.gatewayVersion ?? '',
  };
}

export function toLedgerProof(answer: VerifyResponse): LedgerProof {
  const { stored, inFlight, inSpools, dropped, lost, ledgerRows, tableRows, missingRows, badRows, nodes, holes, droppedByReason } = answer;
  return {
    stored,
    inFlight,
    inSpools,
    dropped,
    lost,
    doubledRows: answer.doubled,
    ledgerRows,
    tableRows,
    missingRows,
    badRows,
    nodes,
    machines: answer.machines ?? null,
    sources: answer.sources ?? null,
    undecided: answer.undecided ?? null,
    rowsSinceMs: toMs(answer.rowsSince),
    uncomparedRows: answer.uncomparedRows ?? null,
    holes: holes.map(({ nodeId, epoch, firstSeq, lastSeq, reason }) => ({ nodeId, epoch, firstSeq, lastSeq, reason })),
    droppedByReason,
    asOfMs: toMs(answer.asOf) ?? Date.now(),
  };
}

/** Null where it is absent or the zero time, which no gateway means. */
export function toMs(time: Timestamp | null | undefined): number | null {
  if (time === null || time === undefined) return null;
  const ms = Number(time.seconds) * 1000 + time.nanos / 1e6;
  return ms === 0 ? null : ms;
}
