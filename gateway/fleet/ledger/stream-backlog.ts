// What the telemetry stream holds above the ETL's floor: the batches in flight, and how many of their rows may be in tables already.
import { type ConsumerInfo, type JsMsg, type NatsConnection, NatsError } from 'nats';
import type { SeqRange } from '../../../core/common/ledger-ranges.ts';
import { ETL_CONSUMER, TELEMETRY_STREAM } from '../../../core/common/streams.ts';
import { decodeBatch, decodeEnvelope } from '../../../proto/batch-codec.ts';

export interface StreamBacklog {
  /** By `epochKey`. */
  ranges: ReadonlyMap<string, SeqRange[]>;
  /** Rows of batches that the ETL has been given and has not acknowledged, by node id. */
  handedOutRows: ReadonlyMap<string, number>;
}

const FETCH_MESSAGES = 500;
const FETCH_MS = 2000;
const CONSUMER_NOT_FOUND = 10014;

export function epochKey(nodeId: string, epoch: string): string {
  return `${nodeId} ${epoch}`;
}

/** Everything from the floor to the newest message there is at the time of the call. Memory follows the holes, not the messages. */
export async function readBacklog(connection: NatsConnection): Promise<StreamBacklog> {
  const manager = await connection.jetstreamManager();
  const etl = await manager.consumers.info(TELEMETRY_STREAM, ETL_CONSUMER).catch(unlessMissing);
  const { state } = await manager.streams.info(TELEMETRY_STREAM);
  const ranges = new Map<string, SeqRange[]>();
  const handedOutRows = new Map<string, number>();
  const from = Math.max((etl?.ack_floor.stream_seq ?? 0) + 1, state.first_seq);
  if (state.messages === 0 || from > state.last_seq) return { ranges, handedOutRows };
  const handedOut = etl?.delivered.stream_seq ?? 0;
  const consumer = await connection.jetstream().consumers.get(TELEMETRY_STREAM, { opt_start_seq: from });
  for (let seq = from - 1; seq < state.last_seq; ) {
    const before = seq;
    for await (const message of await consumer.fetch({ max_messages: FETCH_MESSAGES, expires: FETCH_MS })) {
      seq = message.seq;
      if (seq <= state.last_seq) addMessage(message, seq <= handedOut, ranges, handedOutRows);
      if (seq >= state.last_seq) break;
    }
    // The rest was removed meanwhile, which happens only to what is stored.
    if (seq === before) break;
  }
  return { ranges, handedOutRows };
}

function addMessage(message: JsMsg, handedOut: boolean, ranges: Map<string, SeqRange[]>, rows: Map<string, number>): void {
  for (const delivery of deliveriesOf(message)) {
    const key = epochKey(delivery.nodeId, Buffer.from(delivery.epoch).toString('hex'));
    const known = ranges.get(key);
    const last = known?.at(-1);
    if (last !== undefined && last.last + 1 === delivery.seq) last.last = delivery.seq;
    else if (known !== undefined) known.push({ first: delivery.seq, last: delivery.seq });
    else ranges.set(key, [{ first: delivery.seq, last: delivery.seq }]);
    if (handedOut) rows.set(delivery.nodeId, (rows.get(delivery.nodeId) ?? 0) + rowsOf(delivery.batch));
  }
}

/** A message or batch that cannot be decoded has no rows, and its dead letter is the ETL's business. */
function deliveriesOf(message: JsMsg): ReturnType<typeof decodeEnvelope> {
  try {
    return decodeEnvelope(Buffer.from(message.data));
  } catch {
    return [];
  }
}

function rowsOf(batch: Uint8Array): number {
  try {
    let rows = 0;
    for (const frame of decodeBatch(Buffer.from(batch)).frames) rows += frame.timeUs.length;
    return rows;
  } catch {
    return 0;
  }
}

function unlessMissing(error: unknown): ConsumerInfo | undefined {
  if (error instanceof NatsError && error.api_error?.err_code === CONSUMER_NOT_FOUND) return undefined;
  throw error;
}
