// The agent's own uplink over a spool of the test's choice, with an identity that the test signed: no collectors, no enrolment.
import { MemorySpool } from '../../../agent/spool/memory-spool.ts';
import type { Spool } from '../../../agent/spool/spool.ts';
import type { Identity } from '../../../agent/uplink/identity.ts';
import type { SessionEnd } from '../../../agent/uplink/session.ts';
import { Uplink } from '../../../agent/uplink/uplink.ts';
import type { FrameColumns } from '../../../core/common/frame.ts';
import { NODE } from './test-agent.ts';

export interface UplinkAgent {
  readonly spool: Spool;
  readonly uplink: Uplink;
  /** Unix ms of each welcome. */
  readonly welcomes: number[];
  /** How its streams ended, with Unix ms. */
  readonly ends: (SessionEnd & { atMs: number })[];
  /** Codes of what was refused. */
  readonly refused: string[];
  /** One more batch of `rows` rows. */
  append(rows?: number): void;
}

export function createUplinkAgent(gateway: string, identity: Identity, spool: Spool = memorySpool()): UplinkAgent {
  const welcomes: number[] = [];
  const ends: (SessionEnd & { atMs: number })[] = [];
  const refused: string[] = [];
  const uplink = new Uplink({
    gateway,
    identity: async () => identity,
    spool,
    intervalMs: () => 1000,
    node: () => ({ ...NODE, name: identity.nodeId.slice(0, 8) }),
    summary: () => undefined,
    onLease: () => undefined,
    reports: {
      connected: () => void welcomes.push(Date.now()),
      disconnected: (end) => void ends.push({ ...end, atMs: Date.now() }),
      enrolmentFailed: (error) => refused.push(String(error)),
      refused: (refuse) => void refused.push(refuse.code),
    },
  });
  let time = Date.now() * 1000;
  const append = (rows = 1): void => {
    time += rows;
    spool.append({ createdUs: Date.now() * 1000, frames: [frame(rows, time)], events: [] });
    uplink.notify();
  };
  return { spool, uplink, welcomes, ends, refused, append };
}

function memorySpool(): MemorySpool {
  return new MemorySpool({ maxBytes: 16 * 1024 ** 2, maxRows: 1_000_000 }, 'kept in memory by the test');
}

function frame(rows: number, timeUs: number): FrameColumns {
  return {
    ...{ measurement: 'cpu', tags: [], series: [[]], fields: ['busy'], textFields: [], texts: [] },
    seriesIndex: new Uint32Array(rows),
    timeUs: Float64Array.from({ length: rows }, (_, i) => timeUs + i),
    values: Float64Array.from({ length: rows }, () => Math.random()),
  };
}
