// Which times the store takes rows of, as the ETL says: a row that it would set aside as too old is refused at the door.
import type { NatsConnection } from 'nats';
import { type TimeWindow, timeWindow } from '../../../core/common/row-time.ts';
import type { EtlStatus } from '../../../core/common/streams.ts';
import { readEtlStatus } from './etl-status.ts';

export interface StoreWindow {
  /** Days that raw rows are kept. Never throws: while no ETL has said it, the default of its setting. */
  ttlDays(): Promise<number>;
  /** The times that are taken now. */
  window(): Promise<TimeWindow>;
}

const DEFAULT_TTL_DAYS = 30;
/** A setting of a process: it changes with its restart. */
const ASK_EVERY_MS = 5000;

/** `read` is that of the status bucket. */
export function createStoreWindow(
  connection: NatsConnection,
  now: () => number = Date.now,
  read: (connection: NatsConnection) => Promise<Pick<EtlStatus, 'telemetryTtlDays'> | undefined> = readEtlStatus,
): StoreWindow {
  let known = DEFAULT_TTL_DAYS;
  let askedMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> = Promise.resolve();
  const ttlDays = async (): Promise<number> => {
    if (now() - askedMs >= ASK_EVERY_MS) {
      askedMs = now();
      asking = read(connection).then(
        (status) => {
          known = status?.telemetryTtlDays ?? known;
        },
        () => {
          // What was known serves until the bucket answers again.
        },
      );
    }
    await asking;
    return known;
  };
  return { ttlDays, window: async () => timeWindow(now() * 1000, await ttlDays()) };
}
