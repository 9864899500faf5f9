// What each login of nats-server may publish and listen to: its own calls by name, and nothing of the others.
import {
  AUDIT_SUBJECTS,
  COMMAND_CONTROL_SUBJECTS,
  COMMAND_SUBJECTS,
  commandOutputSubject,
  DEAD_LETTER_STREAM,
  DEAD_LETTER_SUBJECTS,
  ETL_CONSUMER,
  LEASE_SUBJECTS,
  liveSubject,
  NODES_BUCKET,
  PROCESSED_STREAM,
  PROCESSED_SUBJECTS,
  STATUS_BUCKET,
  SUMMARY_SUBJECTS,
  TELEMETRY_STREAM,
  TELEMETRY_SUBJECTS,
} from '../../core/common/streams.ts';
import { inboxPrefix } from '../../core/node/nats-connection.ts';
import { DEFAULT_LIMITS, streamPolicies } from '../../core/node/stream-policy.ts';

export interface Rights {
  publish: { allow: readonly string[]; deny?: readonly string[] };
  subscribe: readonly string[];
}

const API = '$JS.API';
const STREAMS = streamPolicies(DEFAULT_LIMITS).map(({ name }) => name);
const BUCKETS = STREAMS.filter((name) => name.startsWith('KV_'));

/** Between gateways, past the stream. */
const FLEET_SUBJECTS = [
  ...[liveSubject('*'), SUMMARY_SUBJECTS, LEASE_SUBJECTS, COMMAND_SUBJECTS, COMMAND_CONTROL_SUBJECTS, commandOutputSubject('*')],
];

/** Makes and keeps the streams, and writes all but dead letters and the ETL's status. Removes dead letters alone, at an operator's word. */
export function gatewayRights(user: string): Rights {
  const etl = `${TELEMETRY_STREAM}.${ETL_CONSUMER}`;
  return {
    publish: {
      allow: [
        ...[TELEMETRY_SUBJECTS, AUDIT_SUBJECTS, ...FLEET_SUBJECTS],
        ...BUCKETS.filter((name) => name !== `KV_${STATUS_BUCKET}`).map((name) => `$KV.${name.slice('KV_'.length)}.>`),
        `${API}.INFO`,
        ...STREAMS.flatMap((name) => [`${API}.STREAM.CREATE.${name}`, `${API}.STREAM.UPDATE.${name}`, ...reading(name)]),
        ...[`${API}.STREAM.PURGE.${DEAD_LETTER_STREAM}`, `${API}.STREAM.MSG.DELETE.${DEAD_LETTER_STREAM}`],
        ...['$JS.FC.>', `${inboxPrefix(user)}.>`],
      ],
      // Reading the stream takes consumers, and the ETL's is not for others to move on, to take from or to remove.
      deny: [
        ...[`${API}.CONSUMER.CREATE.${etl}`, `${API}.CONSUMER.CREATE.${etl}.>`, `${API}.CONSUMER.DELETE.${etl}`],
        ...[`${API}.CONSUMER.MSG.NEXT.${etl}`],
      ],
    },
    subscribe: [...FLEET_SUBJECTS, `${inboxPrefix(user)}.>`],
  };
}

/** Takes from the telemetry stream by its own consumer, trims it, writes dead letters, what was stored and its status, and reads the registry. */
export function etlRights(user: string): Rights {
  const own = `${TELEMETRY_STREAM}.${ETL_CONSUMER}`;
  return {
    publish: {
      allow: [
        `${API}.INFO`,
        ...[TELEMETRY_STREAM, DEAD_LETTER_STREAM, `KV_${NODES_BUCKET}`, `KV_${STATUS_BUCKET}`].map((name) => `${API}.STREAM.INFO.${name}`),
        ...[`${API}.STREAM.MSG.GET.${TELEMETRY_STREAM}`, `${API}.STREAM.PURGE.${TELEMETRY_STREAM}`],
        ...[`${API}.CONSUMER.LIST.${TELEMETRY_STREAM}`, `${API}.CONSUMER.CREATE.${own}.>`, `${API}.CONSUMER.DURABLE.CREATE.${own}`],
        ...['INFO', 'DELETE', 'MSG.NEXT'].map((call) => `${API}.CONSUMER.${call}.${own}`),
        `$JS.ACK.${own}.>`,
        ...['INFO', 'CREATE', 'UPDATE'].map((call) => `${API}.STREAM.${call}.${PROCESSED_STREAM}`),
        ...watching(`KV_${NODES_BUCKET}`),
        ...[DEAD_LETTER_SUBJECTS, PROCESSED_SUBJECTS, `$KV.${STATUS_BUCKET}.>`, '$JS.FC.>'],
      ],
    },
    subscribe: [`${inboxPrefix(user)}.>`],
  };
}

/** No part of Muster: reads what was stored, by consumers of its own, and writes nothing but their acknowledgements. */
export function consumerRights(user: string): Rights {
  return {
    publish: {
      allow: [
        `${API}.INFO`,
        ...reading(PROCESSED_STREAM),
        // As older clients make one, and as all find theirs again.
        `${API}.CONSUMER.DURABLE.CREATE.${PROCESSED_STREAM}.*`,
        ...['LIST', 'NAMES'].map((call) => `${API}.CONSUMER.${call}.${PROCESSED_STREAM}`),
        ...[`$JS.ACK.${PROCESSED_STREAM}.>`, '$JS.FC.>'],
      ],
    },
    subscribe: [`${inboxPrefix(user)}.>`],
  };
}

/** Messages of a stream, by number and by consumers of the reader's own, which it is pushed from or pulls from. */
function reading(stream: string): string[] {
  return [
    ...[`${API}.STREAM.INFO.${stream}`, `${API}.STREAM.MSG.GET.${stream}`, `${API}.DIRECT.GET.${stream}`, `${API}.DIRECT.GET.${stream}.>`],
    ...[...watching(stream), `${API}.CONSUMER.MSG.NEXT.${stream}.*`],
  ];
}

/**
 * Messages of a stream as they come, by a consumer that pushes. Not bound to the filter of a bucket's keys, which would keep nothing back: a bucket's
 * stream has no other subject. The client makes such a consumer anew, after a gap, by the call that names neither consumer nor filter. Where one
 * delivers to stands in the request itself, which no right by subject sees.
 */
function watching(stream: string): string[] {
  return [
    ...[`${API}.CONSUMER.CREATE.${stream}`, `${API}.CONSUMER.CREATE.${stream}.>`],
    ...[`${API}.CONSUMER.INFO.${stream}.*`, `${API}.CONSUMER.DELETE.${stream}.*`],
  ];
}
