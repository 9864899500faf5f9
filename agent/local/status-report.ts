// How the agent stands, as `status` and the local endpoint tell it.
import type { SpoolStatus } from '../spool/spool.ts';
import type { AgentStory, ClockStep, Connection, Unavailable } from './agent-story.ts';

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
  spool: Omit<SpoolStatus, 'epoch'> & { epoch: string };
  /** Those that give nothing, with the reason. */
  collectorsUnavailable: Unavailable[];
  /** The last time the clock was set or the machine slept; null where it did not since the start. */
  lastClockStep: ClockStep | null;
  rssBytes: number;
}

export interface StatusSources {
  version: string;
  gateway: string;
  story: AgentStory;
  spool: { status(): SpoolStatus };
  self(): { name: string; nodeId: string | undefined };
}

export function toStatusReport({ version, gateway, story, spool, self }: StatusSources, nowMs = Date.now()): StatusReport {
  const { name, nodeId } = self();
  const state = spool.status();
  return {
    pid: process.pid,
    version,
    startedMs: story.startedMs,
    nowMs,
    name,
    nodeId: nodeId ?? '',
    gateway,
    connection: story.connection,
    spool: { ...state, epoch: Buffer.from(state.epoch).toString('hex') },
    collectorsUnavailable: story.unavailable,
    lastClockStep: story.lastClockStep ?? null,
    rssBytes: process.memoryUsage.rss(),
  };
}
