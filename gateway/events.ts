// Everything worth knowing of a gateway: each event logs once and counts once. Nothing else of the gateway logs.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type MusterErrorCode, toMusterError } from '../core/common/muster-error.ts';
import type { Log } from '../core/node/log.ts';
import type { Durability } from './durability.ts';
import type { RefusalReason } from './server/tls-listener.ts';

/** Why a stream ended. Bounded: it is a label. */
export type StreamEnd =
  | 'agent'
  | 'cancelled'
  | 'drain'
  | 'malformed'
  | 'no_hello'
  | 'silent'
  | 'not_reading'
  | 'replaced'
  | 'duplicate_identity'
  | 'rolled_back'
  | 'removed'
  | 'locked'
  | 'expired'
  | 'held'
  | 'internal';

export type GatewayEvents = ReturnType<typeof createEvents>;

export function createEvents(log: Log, registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter<L>({ name: `muster_gateway_${name}`, help, labelNames, registers });
  const gauge = (name: string, help: string) => new Gauge({ name: `muster_gateway_${name}`, help, registers });

  const connections = counter('connections_total', 'Connections by what became of them.', ['outcome']);
  const enrolments = counter('enrolments_total', 'Enrolments by outcome.', ['outcome']);
  const tokens = counter('token_changes_total', 'Tokens created and revoked.', ['change']);
  const callers = counter('callers_refused_total', 'Calls of operators refused, by reason.', ['reason']);
  const streams = gauge('streams', 'Agents with an open stream.');
  const streamEnds = counter('stream_ends_total', 'Streams ended, by reason.', ['reason']);
  const batches = counter('batches_total', 'Batches received, by what became of them.', ['outcome']);
  const batchBytes = counter('batch_bytes_total', 'Bytes of batches taken.');
  const malformed = counter('malformed_messages_total', 'Messages that are not what the contract says.');
  const publishes = counter('publishes_total', 'Messages published to JetStream, by outcome.', ['outcome']);
  const published = counter('published_batches_total', 'Batches acknowledged by JetStream.');
  const queued = gauge('queued_bytes', 'Bytes of batches waiting for JetStream.');
  const pressure = gauge('pressure', '1 while streams are not read because too much waits for JetStream.');
  const live = counter('live_messages_total', 'Live samples passed on.');
  const configsSent = counter('configs_sent_total', 'Configurations sent to agents.');
  const unreadable = counter('unreadable_entries_total', 'Entries of buckets that could not be read.', ['bucket']);
  const calls = counter('calls_failed_total', 'Calls of operators that ended with an error.', ['method', 'code']);
  const queries = new Histogram({
    name: 'muster_gateway_query_seconds',
    help: 'Queries answered, from receipt to the last row.',
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60],
    registers,
  });
  const requests = new Histogram({
    name: 'muster_gateway_http_request_seconds',
    help: 'Requests at the HTTPS door, by route and status.',
    labelNames: ['route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 10, 60],
    registers,
  });
  const samples = counter('pushed_samples_total', 'Samples that came by the push door, by what became of them.', ['outcome']);
  const commands = counter('commands_total', 'Commands of callers, by how they ended.', ['status']);
  const failures = counter('failures_total', 'Failures that are retried, by what failed.', ['what']);
  const security = counter('security_events_total', 'What an operator should look at, by kind.', ['kind']);

  return {
    started: (what: { port: number; name: string }): void => log.info(what, 'gateway is ready'),
    stopping: (signal: string): void => log.info({ signal }, 'gateway is stopping'),
    durabilityFound(found: { durability: Durability; detail: string }): void {
      if (found.durability === 'durable') log.info(found, 'acknowledgements are durable');
      else if (found.durability === 'unknown') log.warn(found, 'it is not known whether acknowledgements are durable');
      else log.error(found, 'ACKNOWLEDGEMENTS ARE NOT DURABLE: a power cut loses samples that agents were told are stored');
    },
    certificateReloaded: (what: { file: string }): void => log.info(what, 'server certificate was read again'),
    certificateUnreadable(what: { file: string; error: string }): void {
      failures.inc({ what: 'certificate' });
      log.error(what, 'server certificate changed and cannot be read: the old one stays in use');
    },
    certificateRenewed: (what: { file: string; until: string; problem: string }): void =>
      log.info(what, `server certificate renewed${what.problem === '' ? '' : ': it is in memory alone, as its file cannot be written'}`),
    certificateNotRenewed(what: { file: string; until: string; error: string; retryInMs: number }): void {
      failures.inc({ what: 'certificate' });
      log.error(what, 'server certificate cannot be renewed: no agent and no caller can connect after its end');
    },

    connectionOpened: (): void => connections.inc({ outcome: 'opened' }),
    connectionRefused(what: { peer: string; reason: RefusalReason; detail: string }): void {
      connections.inc({ outcome: what.reason });
      log.debug(what, 'connection refused');
    },

    enrolled(what: { nodeId: string; name: string; peer: string; renewal: boolean }): void {
      enrolments.inc({ outcome: what.renewal ? 'renewed' : 'enrolled' });
      log.info({ audit: true, ...what }, what.renewal ? 'certificate renewed' : 'node enrolled');
    },
    enrolmentRefused(what: { peer: string; code: string; reason: string }): void {
      enrolments.inc({ outcome: 'refused' });
      log.warn({ audit: true, ...what }, 'enrolment refused');
    },
    tokenCreated(token: { id: string; kind: string; name: string; by: string }): void {
      tokens.inc({ change: 'created' });
      log.info({ audit: true, ...token }, 'token created');
    },
    tokenRevoked(token: { id: string; by: string }): void {
      tokens.inc({ change: 'revoked' });
      log.info({ audit: true, ...token }, 'token revoked');
    },
    joinTokenUsed: (use: { tokenId: string; nodeId: string; peer: string; again: boolean }): void =>
      log.info({ audit: true, ...use }, 'join token used'),
    joinTokenRefused(refusal: { tokenId: string; reason: string; peer: string }): void {
      security.inc({ kind: `join_token_${refusal.reason}` });
      log.warn({ audit: true, ...refusal }, 'join token refused');
    },
    callerRefused(refusal: { tokenId: string; reason: string }): void {
      callers.inc({ reason: refusal.reason });
      log.warn({ audit: true, ...refusal }, 'caller refused');
    },
    entryUnreadable(entry: { bucket: string; key: string }): void {
      unreadable.inc({ bucket: entry.bucket });
      log.error(entry, 'entry of a bucket cannot be read and is passed over');
    },

    streamOpened: (stream: { nodeId: string; peer: string; session: string; expectedSeq: number }): void =>
      log.debug(stream, 'stream opened'),
    streamsChanged: (open: number): void => streams.set(open),
    streamEnded(stream: { nodeId: string; peer: string; reason: StreamEnd; detail: string }): void {
      streamEnds.inc({ reason: stream.reason });
      if (stream.reason !== 'agent' && stream.reason !== 'cancelled') log.info(stream, 'stream ended by the gateway');
    },
    messageMalformed(message: { nodeId: string; peer: string; reason: string }): void {
      malformed.inc();
      log.warn(message, 'message is malformed');
    },
    identityDuplicated(what: { nodeId: string; older: string; newer: string; reason: string }): void {
      security.inc({ kind: 'duplicate_identity' });
      log.error({ audit: true, ...what }, 'two machines use one identity');
    },
    identityLocked(what: { nodeId: string; peer: string; reason: string }): void {
      security.inc({ kind: 'identity_locked' });
      log.error({ audit: true, ...what }, 'an identity is locked: a certificate was shown that only a copy of the machine can have');
    },
    nodeRemoved(what: { nodeId: string }): void {
      security.inc({ kind: 'node_removed' });
      log.warn({ audit: true, ...what }, 'node was removed: its stream is cut');
    },
    spoolRolledBack(what: { nodeId: string; peer: string; nextSeq: number; usedSeq: number }): void {
      security.inc({ kind: 'rolled_back' });
      log.warn(what, 'spool goes on at a number that was acknowledged before: its disk was restored, it has to begin a new epoch');
    },
    clockFarOff: (what: { nodeId: string; skewUs: number }): void => log.warn(what, 'clock of a node is more than a day off'),

    batchTaken(bytes: number): void {
      batches.inc({ outcome: 'taken' });
      batchBytes.inc(bytes);
    },
    batchRepeated: (): void => batches.inc({ outcome: 'repeated' }),
    batchRefused(what: { nodeId: string; seq: number; code: string }): void {
      batches.inc({ outcome: what.code });
      log.warn(what, 'batch refused');
    },

    messagePublished(message: { batches: number; duplicate: boolean }): void {
      publishes.inc({ outcome: message.duplicate ? 'duplicate' : 'stored' });
      published.inc(message.batches);
    },
    publishFailed(what: { reason: string; attempt: number; detail: string }): void {
      publishes.inc({ outcome: what.reason });
      if (what.attempt === 1) log.warn(what, 'publishing failed and is tried again until it succeeds');
    },
    publishRecovered: (what: { attempts: number; afterMs: number }): void => log.info(what, 'publishing works again'),
    publishWaits(what: { nodeId: string; seq: number; detail: string }): void {
      publishes.inc({ outcome: 'too_large' });
      log.warn(what, 'this batch waits until the stream takes messages of its size again');
    },
    publishRefused(what: { nodeId: string; seq: number; detail: string }): void {
      publishes.inc({ outcome: 'too_large' });
      log.warn(what, 'no attempt could publish this batch: it was given back to its sender');
    },
    ownerFailed: (what: { nodeId: string; seq: number; detail: string }): void => log.error(what, 'the end of a batch could not be told'),
    queueChanged: (bytes: number): void => queued.set(bytes),
    pressureChanged(on: boolean, bytes: number): void {
      pressure.set(on ? 1 : 0);
      log.warn({ bytes }, on ? 'too much waits for JetStream: agents are not read until it takes more' : 'agents are read again');
    },

    callFailed(call: { method: string; code: MusterErrorCode; message: string }): void {
      calls.inc({ method: call.method, code: call.code });
      log.info(call, 'call failed');
    },
    queryAnswered(query: { rows: number; elapsedMs: number; truncated: boolean }): void {
      queries.observe(query.elapsedMs / 1000);
      log.debug(query, 'query answered');
    },
    requestAnswered: (request: { route: string; status: number; elapsedMs: number }): void =>
      requests.observe({ route: request.route, status: request.status }, request.elapsedMs / 1000),
    requestFailed: (request: { route: string; code: MusterErrorCode; message: string }): void => log.info(request, 'request failed'),
    samplesPushed(pushed: { taken: number; refused: readonly { reason: string }[] }): void {
      samples.inc({ outcome: 'taken' }, pushed.taken);
      for (const { reason } of pushed.refused) samples.inc({ outcome: reason });
    },
    importEnded: (job: { id: string; file: string; state: string; rows: number; problem: string; caller: string }): void =>
      log.info(job, 'import ended'),
    fleetInputUnreadable(input: { source: string; key: string }): void {
      unreadable.inc({ bucket: input.source });
      log.error(input, 'what came over NATS cannot be read and is passed over');
    },
    historyUnavailable(failure: { message: string }): void {
      failures.inc({ what: 'history' });
      log.warn(failure, 'the database did not say when nodes were last stored');
    },

    commandEnded(command: { id: string; nodeId: string; name: string; caller: string; status: string }): void {
      commands.inc({ status: command.status });
      log.info({ audit: true, ...command }, 'command ended');
    },
    auditLost(record: { kind: string; caller: string; text: string; outcome: string }): void {
      failures.inc({ what: 'audit_lost' });
      log.error({ audit: true, ...record }, 'a record of the audit could not be stored: it is in this line alone');
    },

    configSent(what: { nodeId: string; version: number }): void {
      configsSent.inc();
      log.info(what, 'configuration sent');
    },
    livePassedOn: (): void => live.inc(),
    natsChanged(what: { status: string }): void {
      log.warn(what, 'connection to nats-server changed');
    },
    payloadLow(what: { maxPayload: number; needed: number }): void {
      log.warn(what, 'nats-server takes no large messages now: batches above its max_payload wait until it is raised again');
    },
    payloadEnough: (what: { maxPayload: number }): void => log.info(what, 'nats-server takes large messages again'),
    /** Work that nobody waited for failed by a fault of ours: what it was for is lost, the gateway goes on. */
    faultFound(error: unknown): void {
      failures.inc({ what: 'fault' });
      log.error({ error: toMusterError(error).message, stack: error instanceof Error ? error.stack : undefined }, 'a fault of the gateway');
    },
    /** A node was brought back, and what was kept of it among the removed could not be deleted. */
    removedStillKept(what: { nodeId: string; error: string }): void {
      failures.inc({ what: 'registry' });
      log.warn(what, 'a node that was brought back is still listed among the removed, for a day at most');
    },
    /** A wish for live samples that is no lease: its node sends none, until whoever watches asks again. */
    leaseUnreadable(what: { nodeId: string; reason: string }): void {
      unreadable.inc({ bucket: 'lease' });
      log.warn(what, 'a lease on live samples cannot be read and is passed over');
    },
    retried(what: { what: 'presence' | 'registry' | 'streams' | 'audit' | 'own samples' | 'node states'; error: string }): void {
      failures.inc({ what: what.what });
      log.warn(what, 'failed and is tried again');
    },
  };
}
