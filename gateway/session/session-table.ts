// All open streams of this gateway: one a node. Decides about second ones, forwards leases, watches time.
import { status } from '@grpc/grpc-js';
import type { Subscription } from 'nats';
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { LEASE_SUBJECTS } from '../../core/common/streams.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import { type Hello, LEASE_FIELDS, type Lease } from '../../proto/gen/messages.ts';
import { decodeMessage } from '../../proto/message-codec.ts';
import type { CommandRelay } from '../commands/command-relay.ts';
import type { ConfigDelivery } from '../configs/config-delivery.ts';
import type { GatewayEvents } from '../events.ts';
import type { NodeIdentity } from '../identity/peer-identity.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { NatsLink } from '../nats-link.ts';
import type { Presence, StreamFate, StreamNumbers } from '../nodes/presence.ts';
import type { NodeRegistry } from '../nodes/registry.ts';
import { removedMachine } from '../nodes/removed-nodes.ts';
import type { UsedNumbers } from '../nodes/used-numbers.ts';
import type { Publisher } from '../publisher/publisher.ts';
import type { AgentCall } from './agent-call.ts';
import { AgentSession, type SessionContext } from './agent-session.ts';
import { HALF_OPEN_BEATS, judgeDuplicate, TURNS_WITHIN_MS } from './duplicate-stream.ts';
import { HELLO_WITHIN_MS, NOT_READING_MS, SILENT_MS } from './stream-limits.ts';

export interface SessionTableOptions {
  gateway: string;
  link: NatsLink;
  publisher: Publisher;
  registry: NodeRegistry;
  presence: Presence;
  numbers: UsedNumbers;
  configs: Pick<ConfigDelivery, 'reported' | 'ended'>;
  /** Absent where no commands are passed on. */
  commands?: Pick<CommandRelay, 'output' | 'ended'>;
  /** Absent where no agent is told of others. */
  mesh?: Pick<Mesh, 'wish' | 'gone'>;
  events: GatewayEvents;
  now?: () => number;
}

const COPY_ADVICE = 'if this machine is a copy, delete its state and enrol it again';
const TAKE_TURNS = 'two processes of it have taken turns, each after the other had its place';
/** What an agent sent before another stream took over has arrived after that. */
const ON_ITS_WAY_MS = 2000;
const TICK_MS = 1000;
const DRAIN_WITHIN_MS = 2000;
const MIN_LEASE_INTERVAL_MS = 100;
const MAX_LEASE_MS = 60_000;

export class SessionTable implements Component {
  readonly name = 'agent streams';
  readonly #options: SessionTableOptions;
  readonly #context: SessionContext;
  readonly #now: () => number;
  /** Streams that said hello, by node. */
  readonly #open = new Map<string, AgentSession>();
  readonly #all = new Set<AgentSession>();
  /** Streams of agents that do not say which process they are, since when another gateway has a newer one of the node. */
  readonly #contested = new Map<AgentSession, { sinceMs: number; other: string }>();
  /** Times at which a live stream of a node was replaced. */
  readonly #turns = new Map<string, number[]>();
  #count = 0;
  #draining = false;
  #timer: NodeJS.Timeout | undefined;
  #leases: Subscription | undefined;
  #cleanups: (() => void)[] = [];

  constructor(options: SessionTableOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#context = {
      gateway: options.gateway,
      events: options.events,
      publisher: options.publisher,
      sendEphemeral: (subject, payload) => options.link.sendEphemeral(subject, payload),
      commandOutput: (session, output, bytes) => options.commands?.output(session, output, bytes),
      peersWish: (session, wish) => options.mesh?.wish(session, wish),
      admit: (session, hello) => this.#admit(session, hello),
      configReported: (session, config) => options.configs.reported(session, config),
      flag: (session) => this.#flag(session),
      ended: (session) => this.#ended(session),
      now: this.#now,
    };
  }

  /** Nodes with an open stream. */
  get size(): number {
    return this.#open.size;
  }

  /** The open stream of a node. */
  find(nodeId: string): AgentSession | undefined {
    return this.#open.get(nodeId);
  }

  async start(): Promise<void> {
    this.#draining = false;
    this.#timer = setInterval(() => this.tick(), TICK_MS);
    this.#cleanups = [
      this.#options.publisher.onPressure(() => this.#updateReading()),
      this.#options.registry.onRemoved((nodeId) => this.#removed(nodeId)),
      this.#options.registry.onChanged((nodeId) => this.#endLocked(nodeId)),
      this.#options.numbers.onLearned(() => this.#checkNumbers()),
      this.#options.presence.onFate((fate) => this.#taken(fate)),
    ];
    this.#leases = this.#options.link.connection.subscribe(LEASE_SUBJECTS, {
      callback: (_error, message) => this.#lease(message.subject.slice(message.subject.lastIndexOf('.') + 1), message.data),
    });
  }

  /** Tells the agents to go elsewhere, acknowledges what is in flight as far as it is stored soon, then ends the streams. */
  async stop(): Promise<void> {
    this.#draining = true;
    for (const session of this.#all) session.drain(DRAIN_WITHIN_MS);
    const deadline = this.#now() + DRAIN_WITHIN_MS;
    while (this.#now() < deadline && [...this.#all].some((session) => !session.settled)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (const session of [...this.#all]) session.end('drain', status.UNAVAILABLE, 'the gateway is going away: connect again');
    clearInterval(this.#timer);
    this.#leases?.unsubscribe();
    for (const cleanup of this.#cleanups) cleanup();
    this.#cleanups = [];
    this.#turns.clear();
  }

  /** A new stream of a node whose identity is proven. Throws `permission_denied` and `unavailable`. */
  add(identity: NodeIdentity, call: AgentCall): AgentSession {
    if (this.#draining) throw new MusterError('unavailable', 'the gateway is going away: connect again');
    this.#assertMayConnect(identity, call.peer);
    this.#count += 1;
    const session = new AgentSession(`${this.#options.gateway}-${process.pid}-${this.#count}`, identity, call, this.#context);
    this.#all.add(session);
    session.updateReading();
    return session;
  }

  /** Ends what has taken too long. Called once a second. */
  tick(): void {
    const now = this.#now();
    this.#judgeContested(now);
    for (const session of this.#all) {
      if (session.identity.notAfterMs <= now) {
        session.end('expired', status.UNAUTHENTICATED, 'the client certificate of the stream expired: open another with the renewed one');
      } else if (!session.hasHello) {
        if (now - session.openedMs > HELLO_WITHIN_MS) {
          session.end('no_hello', status.DEADLINE_EXCEEDED, `no hello came within ${HELLO_WITHIN_MS / 1000} s`);
        }
      } else if (session.blockedMs > NOT_READING_MS) {
        session.end('not_reading', status.RESOURCE_EXHAUSTED, `the agent read nothing for ${NOT_READING_MS / 1000} s`);
      } else if (session.silentMs > SILENT_MS) {
        session.end('silent', status.DEADLINE_EXCEEDED, `nothing was heard for ${SILENT_MS / 1000} s: send a heartbeat every 15 s`);
      }
    }
  }

  #admit(session: AgentSession, hello: Hello): { usedSeq: number } {
    const { registry, presence, events } = this.#options;
    this.#assertMayConnect(session.identity, session.peer);
    const older = this.#open.get(session.nodeId);
    if (older !== undefined) this.#judge(older, session, hello);
    this.#assertNotTwin(session, older);
    if (!presence.connected(session.nodeId, session.id, session.instance, this.#numbersOf(session))) {
      throw this.#twins(session, older?.whence ?? 'another gateway', TAKE_TURNS);
    }
    this.#open.set(session.nodeId, session);
    // Ended first, so that what it acknowledged is known.
    older?.end('replaced', status.ABORTED, 'a newer stream of the same agent took over');
    presence.numbers(session.nodeId, session.id, this.#numbersOf(session));
    registry.seen(session.identity, hello.node, hello.intervalMs);
    events.streamsChanged(this.#open.size);
    events.streamOpened({ nodeId: session.nodeId, peer: session.peer, session: session.id, expectedSeq: hello.oldestSeq });
    this.#flag(session);
    return { usedSeq: this.#numbersOf(session).acknowledgedSeq };
  }

  /** Up to which number its epoch of new batches is acknowledged, by this stream or another one before it. */
  #numbersOf({ nodeId, numbers: [own] }: AgentSession): StreamNumbers {
    const { epoch, acknowledgedSeq } = own ?? { epoch: '', acknowledgedSeq: 0 };
    return { epoch, acknowledgedSeq: Math.max(acknowledgedSeq, this.#options.numbers.highest(nodeId, epoch)) };
  }

  /** What was learned since the streams opened, such as the ledger's word after a restart. */
  #checkNumbers(): void {
    for (const session of [...this.#open.values()]) {
      session.endIfRolledBack(this.#numbersOf(session).acknowledgedSeq);
    }
  }

  /** Throws `already_exists` where two machines use the identity; both are flagged, since nobody can tell which is the right one. */
  #judge(older: AgentSession, newer: AgentSession, hello: Hello): void {
    const { nodeId } = newer;
    const now = this.#now();
    const turns = (this.#turns.get(nodeId) ?? []).filter((at) => at > now - TURNS_WITHIN_MS);
    const verdict = judgeDuplicate(older.asOlder, { ...hello, instance: newer.instance }, turns.length);
    if (verdict.replace) {
      if (verdict.counts) this.#turns.set(nodeId, [...turns, now]);
      return;
    }
    throw this.#twins(newer, older.whence, verdict.reason);
  }

  /** Throws `already_exists` for another process of a node that is flagged while one of its streams is open, here or elsewhere. */
  #assertNotTwin(newer: AgentSession, older: AgentSession | undefined): void {
    const { registry, presence } = this.#options;
    if (newer.instance === '' || registry.identities.sharedOf(newer.nodeId) === undefined) return;
    const current = presence.current(newer.nodeId);
    const holder = older?.instance ?? (current?.gateway ? (current.instance ?? '') : '');
    if (holder !== '' && holder !== newer.instance) {
      throw new MusterError('already_exists', `node ${newer.nodeId} is in quarantine, and another machine has its stream: ${COPY_ADVICE}`);
    }
  }

  /** Flags the node, and gives what the newer stream is told: nobody but an operator can tell which is the right one. */
  #twins(newer: AgentSession, older: string, reason: string): MusterError {
    const { nodeId, whence } = newer;
    this.#options.events.identityDuplicated({ nodeId, older, newer: whence, reason });
    this.#options.registry.identities.flag(
      nodeId,
      `two machines use this identity (${older} and ${whence}): enrol one of them again with a new join token, then \`muster nodes release\``,
    );
    return new MusterError('already_exists', `node ${nodeId} has an open stream from ${older}, and ${reason}: ${COPY_ADVICE}`);
  }

  /** Another stream has the node by now, most often at another gateway. */
  #taken({ nodeId, session: id, kind, other }: StreamFate): void {
    const session = this.#open.get(nodeId);
    if (session?.id !== id) return;
    const where = `gateway ${other.gateway || this.#options.gateway}`;
    if (kind === 'conflict') {
      session.end('duplicate_identity', status.ALREADY_EXISTS, this.#twins(session, where, TAKE_TURNS).message);
    } else if (session.instance === '' && other.instance === '' && other.epoch !== this.#numbersOf(session).epoch) {
      this.#contested.set(session, { sinceMs: this.#now(), other: where });
    } else {
      session.end('replaced', status.ABORTED, `a newer stream of the same agent took over at ${where}`);
    }
  }

  /** Both are alive where this one is heard when the other has long begun: what was on its way then has come by now. */
  #judgeContested(nowMs: number): void {
    for (const [session, { sinceMs, other }] of this.#contested) {
      const { silentMs, beatMs } = session.asOlder;
      if (nowMs - silentMs > sinceMs + ON_ITS_WAY_MS) {
        const { message } = this.#twins(session, other, 'both are heard');
        session.end('duplicate_identity', status.ALREADY_EXISTS, message);
      } else if (nowMs - sinceMs > HALF_OPEN_BEATS * beatMs) {
        session.end('replaced', status.ABORTED, `a newer stream of the same agent took over at ${other}`);
      }
    }
  }

  #flag(session: AgentSession): void {
    if (this.#open.get(session.nodeId) !== session) return;
    this.#options.presence.setProblem(session.nodeId, session.clockProblem);
  }

  #ended(session: AgentSession): void {
    this.#all.delete(session);
    this.#contested.delete(session);
    this.#options.configs.ended(session);
    this.#options.commands?.ended(session);
    this.#options.mesh?.gone(session);
    for (const { epoch, acknowledgedSeq } of session.numbers) this.#options.numbers.note(session.nodeId, epoch, acknowledgedSeq);
    if (this.#open.get(session.nodeId) === session) {
      this.#open.delete(session.nodeId);
      this.#options.events.streamsChanged(this.#open.size);
      this.#options.presence.disconnected(session.nodeId, session.id, this.#numbersOf(session));
    }
  }

  #removed(nodeId: string): void {
    for (const session of [...this.#all]) {
      if (session.nodeId !== nodeId) continue;
      this.#options.events.nodeRemoved({ nodeId });
      session.end('removed', status.PERMISSION_DENIED, removedMachine(nodeId).message);
    }
  }

  #endLocked(nodeId: string): void {
    const shared = this.#options.registry.identities.sharedOf(nodeId);
    if (shared?.locked !== true) return;
    for (const session of [...this.#all]) {
      if (session.nodeId === nodeId) session.end('locked', status.PERMISSION_DENIED, `node ${nodeId} is ${shared.problem}`);
    }
  }

  /** Throws `permission_denied`. */
  #assertMayConnect(identity: NodeIdentity, peer: string): void {
    this.#options.registry.assertNotRemoved(identity.nodeId);
    this.#options.registry.identities.assertMayConnect(identity, peer);
  }

  #updateReading(): void {
    for (const session of this.#all) session.updateReading();
  }

  #lease(nodeId: string, data: Uint8Array): void {
    const session = this.#open.get(nodeId);
    if (session === undefined) return;
    try {
      const lease = decodeMessage<Lease>(LEASE_FIELDS, Buffer.from(data));
      session.lease({
        measurements: lease.measurements,
        intervalMs: Math.max(MIN_LEASE_INTERVAL_MS, lease.intervalMs),
        durationMs: Math.min(MAX_LEASE_MS, lease.durationMs),
      });
    } catch (error) {
      this.#options.events.leaseUnreadable({ nodeId, reason: toMusterError(error).message });
    }
  }
}
