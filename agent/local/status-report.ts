// How the agent stands, as `status` and the local endpoint tell it.
import type { ConfigState, SpoolState } from '../../proto/gen/messages.ts';
import type { SpoolStatus } from '../spool/spool.ts';
import type { ClockStep, Connection, Story, Unavailable } from './story.ts';

/** What waits for the gateway in all epochs, and what became of the rest since the agent started. */
export interface SpoolReport extends Omit<SpoolState, 'epoch'> {
  epoch: string;
  batches: number;
  /** Rows ever taken in, in the present epoch. */
  rowsCommitted: number;
}

export interface StatusReport {
  pid: number;
  version: string;
  /** Unix milliseconds. */
  startedMs: number;
  nowMs: number;
  name: string;
  /** Empty before enrolment. */
  nodeId: string;
  /** Where it streams to, as configured. */
  gateway: string;
  connection: Connection;
  /** Our clock less the gateway's; null before the first connection. */
  skewMs: number | null;
  spool: SpoolReport;
  config: ConfigState;
  /** Those that give nothing, with the reason. */
  collectorsUnavailable: Unavailable[];
  /** The last time of each since the start; null where there was none. */
  lastClockStep: ClockStep | null;
  lastSleep: ClockStep | null;
  lastNetworkChangeMs: number | null;
  rssBytes: number;
}

export interface StatusSources {
  version: string;
  gateway: string;
  story: Story;
  spool: { status(): SpoolStatus; statistics(): { batches: number } };
  spoolState(): SpoolState;
  configState(): ConfigState;
  self(): { name: string; nodeId: string | undefined };
}

export function toStatusReport(sources: StatusSources, nowMs = Date.now()): StatusReport {
  const { version, gateway, story, spool } = sources;
  const { name, nodeId } = sources.self();
  const state = sources.spoolState();
  const { batches } = spool.statistics();
  const { rowsCommitted } = spool.status();
  return {
    pid: process.pid,
    version,
    startedMs: story.startedMs,
    nowMs,
    name,
    nodeId: nodeId ?? '',
    gateway,
    connection: story.connection,
    skewMs: story.skewMs ?? null,
    spool: { ...state, epoch: Buffer.from(state.epoch).toString('hex'), batches, rowsCommitted },
    config: sources.configState(),
    collectorsUnavailable: story.unavailable,
    lastClockStep: story.lastClockStep ?? null,
    lastSleep: story.lastSleep ?? null,
    lastNetworkChangeMs: story.lastNetworkChangeMs || null,
    rssBytes: process.memoryUsage.rss(),
  };
}
