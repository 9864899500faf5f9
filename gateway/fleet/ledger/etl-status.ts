// What the ETL said of itself last.
import type { NatsConnection } from 'nats';
import { type EtlStatus, STATUS_BUCKET } from '../../../core/common/streams.ts';

/** Undefined where no ETL has reported since nats-server started. */
export async function readEtlStatus(connection: NatsConnection): Promise<EtlStatus | undefined> {
  const bucket = await connection.jetstream().views.kv(STATUS_BUCKET, { bindOnly: true });
  const entry = await bucket.get('etl');
  return entry === null || entry.operation !== 'PUT' ? undefined : entry.json<EtlStatus>();
}
