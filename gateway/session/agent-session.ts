// One open stream of one agent: hello, batches in order, acknowledgements, heartbeats, live samples under a lease.
import { status } from '@grpc/grpc-js';
import { MAX_BATCH_BYTES } from '../../core/common/batch-size.ts';
import { beatEveryMs } from '../../core/common/beat.ts';
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { liveSubject, summarySubject } from '../../core/common/streams.ts';
import {
  type BatchUpload,
  type CommandOutput,
  type ConfigState,
  type ConfigUpdate,
  type GatewayMessage,
  HEARTBEAT_FIELDS,
  type Hello,
  type Lease,
  type Peers,
  type PeersWish,
  type Refuse,
} from '../../proto/gen/messages.ts';
import { encodeMessage } from '../../proto/message-codec.ts';
import type { GatewayEvents, StreamEnd } from '../events.ts';
import type { NodeIdentity } from '../identity/peer-identity.ts';
import type { StreamNumbers } from '../nodes/presence.ts';
import type { Upload } from '../publisher/lane.ts';
import { type AgentCall, ENDS } from './agent-call.ts';
import { parseAgentMessage } from './agent-message.ts';
import { skewOf } from './clock-skew.ts';
import { Downlink } from './downlink.ts';
import type { OlderStream } from './duplicate-stream.ts';
import { type EpochLane, EpochLanes } from './epoch-lanes.ts';
import type { Sequence } from './sequence.ts';
import { HELD_MS, WINDOW } from './stream-limits.ts';

/** Of the ids in a hello, which are a stranger's words. */
const MAX_ID = 64;

/** What a session needs of the gateway around it. */
export interface SessionContext {
  readonly gateway: string;
  readonly events: GatewayEvents;
  readonly publisher: { readonly pressure: boolean; offer(upload: Upload): void };
  /** Core NATS, dropped while it is away. */
  sendEphemeral(subject: string, payload: Uint8Array): void;
  /** Output of a command, and its bytes as they came. */
  commandOutput(session: AgentSession, output: CommandOutput, bytes: Buffer): void;
  /** A heartbeat said which remote configuration is in force. */
  configReported(session: AgentSession, config: ConfigState): void;
  /** The agent asks whom of its mesh to probe. */
  peersWish(session: AgentSession, wish: PeersWish): void;
  /**
   * Decides whether the stream may open. Returns the highest number that the agent has used of its epoch: where its spool would give out
   * lower ones again, the session ends. Throws what the agent is told.
   */
  admit(session: AgentSession, hello: Hello): { usedSeq: number };
  /** The problem of the session's clock changed. */
  flag(session: AgentSession): void;
  ended(session: AgentSession): void;
  now(): number;
}

export class AgentSession {
  readonly id: string;
  /** What the certificate of the connection proves. */
  readonly identity: NodeIdentity;
  readonly nodeId: string;
  readonly peer: string;
  readonly openedMs: number;
  /** Empty, or what is wrong with the node's clock. */
  clockProblem = '';
  readonly #call: AgentCall;
  readonly #context: SessionContext;
  readonly #downlink: Downlink;
  #hello: Hello | undefined;
  /** The first is the one of new batches, which the hello named. */
  readonly #lanes = new EpochLanes();
  #lastHeardMs: number;
  #reading = true;
  #closing = false;
  #ended = false;
  /** Runs while a batch is held back at the agent. */
  #heldTimer: NodeJS.Timeout | undefined;
  #leaseUntilMs = 0;

  constructor(id: string, identity: NodeIdentity, call: AgentCall, context: SessionContext) {
    this.id = id;
    this.identity = identity;
    this.nodeId = identity.nodeId;
    this.peer = call.peer;
    this.#call = call;
    this.#context = context;
    this.openedMs = context.now();
    this.#lastHeardMs = this.openedMs;
    this.#downlink = new Downlink({ write: (message) => call.write(message), now: context.now });
  }

  get hasHello(): boolean {
    return this.#hello !== undefined;
  }

  /** Of which epochs the stream is, the one of new batches first, and up to which number each is acknowledged; none before its hello. */
  get numbers(): StreamNumbers[] {
    return this.#lanes.all.map(({ epoch, sequence }) => ({ epoch: epoch.toString('hex'), acknowledgedSeq: sequence.floor }));
  }

  /** Nothing is being waited for. */
  get settled(): boolean {
    return this.#lanes.open === 0;
  }

  /** Since anything was heard; 0 while this side does not read. */
  get silentMs(): number {
    return this.#reading ? this.#context.now() - this.#lastHeardMs : 0;
  }

  /** How long the agent has not read what was written. */
  get blockedMs(): number {
    return this.#downlink.blockedMs;
  }

  /** How this stream looks to a newer one of the same node. */
  get asOlder(): OlderStream {
    return {
      epochs: this.#lanes.all.map(({ epoch, sequence }) => ({ epoch, expectedSeq: sequence.expected })),
      silentMs: this.#context.now() - this.#lastHeardMs,
      closing: this.#closing,
      beatMs: beatEveryMs(this.#hello?.intervalMs ?? 0),
      instance: this.instance,
    };
  }

  /** Which process of an agent it is of; empty where that was not said. */
  get instance(): string {
    return this.#hello?.instance?.slice(0, MAX_ID) ?? '';
  }

  /** Who it is, for people who look for a twin. */
  get whence(): string {
    const boot = this.#hello?.bootId?.slice(0, MAX_ID);
    return boot === undefined ? this.peer : `${this.peer} (boot ${JSON.stringify(boot)})`;
  }

  /** One message of the agent. */
  receive(message: Buffer): void {
    if (this.#ended) return;
    this.#lastHeardMs = this.#context.now();
    try {
      this.#handle(message);
    } catch (thrown) {
      this.#fail(thrown);
    }
    this.updateReading();
  }

  /** The agent will send no more: what it sent is still acknowledged. */
  peerEnded(): void {
    this.#closing = true;
    if (this.settled) this.end('agent', status.OK, '');
  }

  /** The call is gone; nothing can be told any more. */
  cancelled(): void {
    this.#finish('cancelled', 'the connection ended');
  }

  drained(): void {
    this.#downlink.drained();
    this.updateReading();
  }

  end(reason: StreamEnd, code: status, details: string): void {
    if (!this.#finish(reason, details)) return;
    this.#call.end(code, details);
    if (reason === 'not_reading') this.#call.cut();
  }

  /** A wish of somebody who watches this node. */
  lease(lease: Lease): void {
    if (this.#hello === undefined) return;
    this.#leaseUntilMs = lease.durationMs === 0 ? 0 : this.#context.now() + lease.durationMs;
    if (!this.#downlink.send({ lease })) this.#endNotReading();
  }

  /** A command for this node, or what becomes of one. */
  sendCommand(message: Pick<GatewayMessage, 'command' | 'commandControl'>): void {
    if (!this.#ended && !this.#downlink.send(message)) this.#endNotReading();
  }

  sendConfig(config: ConfigUpdate): void {
    if (!this.#downlink.send({ config })) this.#endNotReading();
  }

  sendPeers(peers: Peers): void {
    if (!this.#downlink.send({ peers })) this.#endNotReading();
  }

  drain(withinMs: number): void {
    this.#downlink.send({ drain: { withinMs } });
  }

  /** Reads on, or stops reading: the agent then waits, by HTTP/2's flow control, and keeps its batches. */
  updateReading(): void {
    const read = !this.#context.publisher.pressure && !this.#downlink.blocked && this.#lanes.open < WINDOW;
    if (read === this.#reading || this.#ended) return;
    this.#reading = read;
    if (read) {
      this.#lastHeardMs = this.#context.now();
      this.#call.resume();
    } else {
      this.#call.pause();
    }
  }

  #handle(message: Buffer): void {
    const received = parseAgentMessage(message);
    if (this.#hello === undefined) {
      if (received.kind !== 'hello') throw new MusterError('malformed', `the first message is a ${received.kind}: a hello is needed`);
      this.#open(received.hello);
    } else if (received.kind === 'hello') {
      this.#lanes.begin(received.hello);
    } else if (received.kind === 'batch') {
      this.#takeBatch(received.batch);
    } else if (received.kind === 'heartbeat') {
      this.#context.sendEphemeral(summarySubject(this.nodeId), received.bytes);
      this.#skewOf(received.heartbeat.sentUs);
      if (received.heartbeat.config) this.#context.configReported(this, received.heartbeat.config);
    } else if (received.kind === 'commandOutput') {
      this.#context.commandOutput(this, received.output, received.bytes);
    } else if (received.kind === 'peersWish') {
      this.#context.peersWish(this, received.wish);
    } else if (this.#context.now() < this.#leaseUntilMs) {
      this.#context.events.livePassedOn();
      this.#context.sendEphemeral(liveSubject(this.nodeId), received.bytes);
    }
  }

  #open(hello: Hello): void {
    const { epoch, sequence } = this.#lanes.begin(hello);
    this.#hello = { ...hello, epoch, node: null };
    const { usedSeq } = this.#context.admit(this, hello);
    if (this.endIfRolledBack(usedSeq)) return;
    this.#downlink.send({
      welcome: {
        nodeId: this.nodeId,
        gateway: this.#context.gateway,
        timeUs: this.#context.now() * 1000,
        expectedSeq: sequence.expected,
        maxBatchBytes: MAX_BATCH_BYTES,
        window: WINDOW,
      },
    });
    this.#skewOf(hello.sentUs);
  }

  /**
   * Refuses the spool where numbers that it has not given out yet, and that did not come by this stream, were used before: its disk was
   * restored. It begins a new epoch, else two batches would have one number.
   */
  endIfRolledBack(usedSeq: number): boolean {
    const hello = this.#hello;
    if (hello === undefined || this.#ended || usedSeq < hello.nextSeq || usedSeq < (this.#lanes.first?.sequence.expected ?? 0))
      return false;
    const { nodeId, peer } = this;
    const reason = `the spool goes on at ${hello.nextSeq}, and numbers up to ${usedSeq} of its epoch were acknowledged before: begin a new epoch`;
    this.#context.events.spoolRolledBack({ nodeId, peer, nextSeq: hello.nextSeq, usedSeq });
    this.#downlink.send({
      refuse: { epoch: hello.epoch, seq: hello.nextSeq, code: 'rolled_back', reason, permanent: false, expectedSeq: usedSeq + 1 },
    });
    this.end('rolled_back', status.ABORTED, reason);
    return true;
  }

  #takeBatch(upload: BatchUpload): void {
    const { events, publisher, gateway, sendEphemeral } = this.#context;
    const lane = this.#lanes.of(upload.epoch);
    if (lane === undefined) {
      this.#refuse(upload, 0, 'foreign_epoch', 'no hello of this stream named the epoch of the batch: open a new stream', false);
      return;
    }
    const { sequence, epoch } = lane;
    const verdict = sequence.judge(upload.seq);
    if (verdict === 'gap') {
      this.#refuse(upload, sequence.expected, 'sequence_gap', `batch ${upload.seq} came, ${sequence.expected} is waited for`, false);
      return;
    }
    if (verdict === 'repeat') {
      events.batchRepeated();
      // What is still in flight is acknowledged when it is stored, and not before.
      if (upload.seq <= sequence.floor) this.#acknowledge(lane);
      return;
    }
    const seq = sequence.take();
    const size = upload.batch.length;
    if (size > MAX_BATCH_BYTES) {
      this.#refuseForGood(upload, sequence, `batch ${seq} has ${size} bytes, at most ${MAX_BATCH_BYTES} are taken`);
      return;
    }
    const skewUs = this.#skewOf(upload.sentUs);
    const receivedUs = this.#context.now() * 1000;
    events.batchTaken(size);
    publisher.offer({
      delivery: { nodeId: this.nodeId, receivedUs, gateway, batch: upload.batch, epoch, seq, skewUs },
      wanted: () => !this.#ended,
      onStored: () => this.#stored(seq, lane, sequence),
      onRefused: (error) => {
        if (error.retryable) {
          this.#askAgainLater(error.message);
          return;
        }
        this.#refuseForGood(upload, sequence, error.message);
        // Batches behind it may have been stored before it was given back.
        if (!this.#ended && sequence.floor > seq) this.#acknowledge(lane);
      },
    });
    if (upload.summary) {
      const heartbeat = { sentUs: upload.sentUs, summary: upload.summary };
      sendEphemeral(summarySubject(this.nodeId), encodeMessage(HEARTBEAT_FIELDS, heartbeat));
    }
  }

  /** The agent sets the batch aside; those behind it go on. */
  #refuseForGood(upload: BatchUpload, sequence: Sequence, reason: string): void {
    if (this.#ended) return;
    this.#refuse(upload, sequence.expected, 'batch_too_large', reason, true);
    if (sequence.settle(upload.seq)) this.#afterSettling();
  }

  /**
   * The batch stays in the agent's spool, and those behind it are not acknowledged. The stream stays open for a while, so that its node is seen;
   * on the next one the batch is offered again.
   */
  #askAgainLater(reason: string): void {
    if (this.#ended) return;
    this.#heldTimer ??= setTimeout(() => this.end('held', status.UNAVAILABLE, reason), HELD_MS).unref();
  }

  #stored(seq: number, lane: EpochLane, sequence: Sequence): void {
    if (!sequence.settle(seq) || this.#ended) return;
    this.#acknowledge(lane);
    this.#afterSettling();
  }

  #afterSettling(): void {
    this.updateReading();
    // In the next turn, after the acknowledgement has been written.
    if (this.#closing && this.settled) setImmediate(() => this.end('agent', status.OK, ''));
  }

  #acknowledge({ epoch, sequence }: EpochLane): void {
    this.#downlink.acknowledge({ epoch, seq: sequence.floor });
  }

  #refuse({ epoch, seq }: BatchUpload, expectedSeq: number, code: string, reason: string, permanent: boolean): void {
    this.#context.events.batchRefused({ nodeId: this.nodeId, seq, code });
    const refuse: Refuse = { epoch, seq, code, reason, permanent, expectedSeq };
    if (!this.#downlink.send({ refuse })) this.#endNotReading();
  }

  /** Receive time minus send time, and the flag for a clock that is far off. */
  #skewOf(sentUs: number): number {
    const skew = skewOf(sentUs, this.#context.now());
    if (skew === undefined) return 0;
    const { skewUs, problem } = skew;
    // The first words stay while it is off: its hours alone are no news.
    if ((problem !== '') !== (this.clockProblem !== '')) {
      this.clockProblem = problem;
      if (problem !== '') this.#context.events.clockFarOff({ nodeId: this.nodeId, skewUs });
      this.#context.flag(this);
    }
    return skewUs;
  }

  #fail(thrown: unknown): void {
    const error = toMusterError(thrown);
    if (error.code === 'malformed') this.#context.events.messageMalformed({ nodeId: this.nodeId, peer: this.peer, reason: error.message });
    const [reason, code] = ENDS[error.code] ?? (['internal', status.INTERNAL] as const);
    this.end(reason, code, error.message);
  }

  #endNotReading(): void {
    this.end('not_reading', status.RESOURCE_EXHAUSTED, 'the agent does not read what the gateway sends');
  }

  #finish(reason: StreamEnd, detail: string): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    clearTimeout(this.#heldTimer);
    this.#downlink.close();
    this.#context.events.streamEnded({ nodeId: this.nodeId, peer: this.peer, reason, detail });
    this.#context.ended(this);
    // What was not read is thrown away, so that the stream can end.
    this.#call.resume();
    return true;
  }
}
