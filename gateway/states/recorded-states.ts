// What the store has of the history of states: read when all that was on its way there has arrived, so that nothing is written twice.
import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from 'nats';
import { STATE_REACH_MS, stateOfKind } from '../../core/common/state-events.ts';
import { statesSql, watchedUntilSql } from '../../core/common/state-queries.ts';
import { ETL_CONSUMER, TELEMETRY_STREAM } from '../../core/common/streams.ts';
import { LedgerReader } from '../fleet/ledger/ledger-reader.ts';
import { parseMicros } from '../fleet/query/query-columns.ts';
import type { ReadDatabase } from '../fleet/query/read-database.ts';
import type { Recorded } from './state-watch.ts';

export interface RecordedStates {
  /** The newest row of each node. */
  nodes: Map<string, Recorded>;
  /** Up to when states were watched, by whichever gateway; 0 for never. */
  watchedUntilMs: number;
  /** The newest mark, where it is so far ahead that a wrong clock wrote it; 0 where none is. */
  aheadMs: number;
}

const POLL_MS = 250;
/** The clock of the gateway that wrote before may go ahead. */
const SLACK_MS = 60_000;
/** What is dated further ahead was written by a clock that was wrong, and is not waited for. */
export const HOLD_MS = 3_600_000;
const APPLY_WAIT_MS = 10_000;

/** Rejects while nats-server or the database do not answer, and where the database has no table of events yet. */
export async function readRecorded(
  connection: NatsConnection,
  database: ReadDatabase,
  nowMs: number,
  signal: AbortSignal,
): Promise<RecordedStates> {
  await untilStored(connection, signal);
  await new LedgerReader(database).untilApplied(['events'], Date.now() + APPLY_WAIT_MS);
  const watchedUntil = async (beforeMs?: number): Promise<number> => {
    const [watched] = await database.rows(watchedUntilSql(beforeMs));
    return watched?.[0] ? Math.round(parseMicros(watched[0]) / 1000) : 0;
  };
  const newestMs = await watchedUntil();
  // Marks are seconds apart: of those of a wrong clock one always lies within the next hour, and is none to wait for.
  const isAhead = newestMs > nowMs + HOLD_MS;
  const watchedUntilMs = isAhead ? await watchedUntil(nowMs) : newestMs;
  // While somebody watches, no node is without a row for longer: however long nobody did, the newest of each is found.
  const awayMs = Math.max(0, nowMs - watchedUntilMs);
  const reachMs = STATE_REACH_MS + (watchedUntilMs === 0 ? STATE_REACH_MS : awayMs) + SLACK_MS;
  const rows = await database.rows(statesSql(isAhead ? nowMs : nowMs + SLACK_MS, reachMs));
  const nodes = new Map<string, Recorded>();
  for (const [nodeId, kind, time] of rows) {
    const state = stateOfKind(kind ?? '');
    if (nodeId && state !== undefined) nodes.set(nodeId, { state, atMs: Math.round(parseMicros(time ?? '') / 1000) });
  }
  return { nodes, watchedUntilMs, aheadMs: isAhead ? newestMs : 0 };
}

/** Resolves when all that is in the stream now is stored. Waits as long as it takes. */
async function untilStored(connection: NatsConnection, signal: AbortSignal): Promise<void> {
  const manager = await connection.jetstreamManager();
  const { state } = await manager.streams.info(TELEMETRY_STREAM);
  for (;;) {
    if (state.messages === 0) return;
    const etl = await manager.consumers.info(TELEMETRY_STREAM, ETL_CONSUMER);
    if (etl.ack_floor.stream_seq >= state.last_seq || (etl.num_pending === 0 && etl.num_ack_pending === 0)) return;
    await delay(POLL_MS, undefined, { signal });
  }
}
