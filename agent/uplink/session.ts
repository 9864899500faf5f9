// One stream to a gateway: hello, then batches in order within the window, acknowledgements to the spool, heartbeats between.

import { MAX_BATCH_BYTES } from '../../core/common/batch-size.ts';
import { beatEveryMs } from '../../core/common/beat.ts';
import { grpcWords } from '../../core/common/grpc-words.ts';
import { messageOf } from '../../core/common/muster-error.ts';
import {
  AGENT_MESSAGE_FIELDS,
  type AgentMessage,
  type Command,
  GATEWAY_MESSAGE_FIELDS,
  type GatewayMessage,
  type Hello,
  type Lease,
  type Refuse,
  type Summary,
  type Welcome,
} from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../proto/message-codec.ts';
import type { Spool, SpooledBatch } from '../spool/spool.ts';
import type { Attempts, BatchKey } from './attempts.ts';
import type { AgentStream } from './channel.ts';
import { LaneSender } from './lane-sender.ts';
import { Pace } from './pace.ts';
import type { CommandPort, ConfigPort, MeshPort } from './ports.ts';
import { toSpoolState } from './spool-state.ts';

/** Without a welcome for so long the gateway does not serve us. */
const WELCOME_LIMIT_MS = 15_000;
/**
 * A stream that took nothing for so long is given up. A gateway measures our clock by the time of sending: what it reads after a day would look
 * like the words of a clock a day behind, and its rows would be set aside. Sent on a new stream it has a new time.
 */
const BLOCKED_LIMIT_MS = 3_600_000;

/** What is sent and not acknowledged when a stream is ended in order may be acknowledged for so long. */
const FINISH_LIMIT_MS = 3000;
/** As the gateway says it. */
const TOO_LARGE = 'batch_too_large';

/** Why a session ended, for the uplink's next step and the event log. */
export interface SessionEnd {
  /** `gap`: open a new stream; `drain`: the gateway goes away; `lost`: the stream ended; `renew`: the hello has changed. */
  kind: 'gap' | 'drain' | 'lost' | 'renew';
  words: string;
  /** gRPC status, where the gateway or the transport gave one. */
  status?: number;
  /** Wait a random part of this before coming back. */
  withinMs?: number;
}

export interface SessionOptions {
  stream: AgentStream;
  spool: Spool;
  hello: Omit<Hello, 'epoch' | 'oldestSeq' | 'nextSeq' | 'sentUs'>;
  /** The newest values. */
  summary(): Summary | undefined;
  nowUs(): number;
  onWelcome(welcome: Welcome): void;
  /** The spool got smaller: the path works. */
  onProgress(): void;
  onRefused(refuse: Refuse): void;
  /** Rows a second of earlier epochs; 0 for no limit. */
  backlogRowsPerSecond?: number;
  attempts?: Attempts;
  onLease(lease: Lease): void;
  /** Absent where none are carried out. */
  commands?: CommandPort;
  /** Absent where none are taken from afar. */
  configs?: ConfigPort;
  /** Absent where this node probes no others. */
  mesh?: MeshPort;
  onEnd(end: SessionEnd): void;
}

export class UplinkSession {
  readonly #options: SessionOptions;
  readonly #present: LaneSender;
  /** The earlier epoch that is drained now. */
  #behind: LaneSender | undefined;
  readonly #pace: Pace;
  #paceTimer: NodeJS.Timeout | undefined;
  #window = 0;
  #maxBatchBytes = MAX_BATCH_BYTES;
  #blocked = false;
  /** Since when no heartbeat could be written, by the monotonic clock. */
  #blockedSinceMs: number | undefined;
  readonly #beatEveryMs: number;
  #ended = false;
  #finishing: SessionEnd | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { stream, spool, hello, nowUs } = options;
    this.#present = new LaneSender(spool);
    this.#pace = new Pace(options.backlogRowsPerSecond ?? 0);
    this.#beatEveryMs = beatEveryMs(hello.intervalMs);
    const { epoch, oldestSeq, nextSeq } = spool.status();
    stream.on('data', (bytes: Buffer) => this.#receive(bytes));
    stream.on('drain', () => this.#drained());
    stream.on('error', (error: Error & { code?: number; details?: string }) => {
      this.end({
        kind: 'lost',
        words: grpcWords(error.details ?? error.message),
        ...(error.code === undefined ? {} : { status: error.code }),
      });
    });
    stream.on('end', () => this.end(this.#finishing ?? { kind: 'lost', words: 'the gateway ended the stream' }));
    this.#write({ hello: { ...hello, epoch, oldestSeq, nextSeq, sentUs: nowUs() } });
    this.#timer = setTimeout(() => this.end({ kind: 'lost', words: `no welcome within ${WELCOME_LIMIT_MS / 1000} s` }), WELCOME_LIMIT_MS);
  }

  get welcomed(): boolean {
    return this.#window > 0 && !this.#ended && this.#finishing === undefined;
  }

  /** The spool has more, or has lost what was not sent yet. New batches go first, earlier epochs at their pace in the room that is left. */
  pump(): void {
    if (!this.welcomed || !this.#isOfOurEpoch()) return;
    for (const sender of [this.#present, this.#behind]) {
      if (sender?.lostInFlight !== true) continue;
      this.end({ kind: 'gap', words: 'the spool dropped batches that were sent and not acknowledged' });
      return;
    }
    while (this.#inFlight < this.#window && this.#sendNext(this.#present));
    if (!this.#ended) this.#pumpBacklog();
  }

  get #inFlight(): number {
    return this.#present.inFlight + (this.#behind?.inFlight ?? 0);
  }

  #pumpBacklog(): void {
    clearTimeout(this.#paceTimer);
    const oldest = this.#options.spool.backlog?.[0];
    if (this.#behind?.lane !== oldest) {
      this.#behind = oldest === undefined ? undefined : new LaneSender(oldest);
      if (this.#behind !== undefined) this.#sayHello(this.#behind, this.#behind.lane.status());
    }
    const sender = this.#behind;
    if (sender === undefined) return;
    // Half of the window stays free for what is new.
    while (sender.inFlight < this.#window >> 1 && this.#inFlight < this.#window) {
      const { waitMs } = this.#pace;
      if (waitMs > 0) {
        this.#paceTimer = setTimeout(() => this.pump(), waitMs);
        return;
      }
      if (!this.#sendNext(sender)) return;
    }
  }

  /** True where a batch went out and the stream takes another. */
  #sendNext(sender: LaneSender): boolean {
    if (this.#blocked || this.#ended) return false;
    const next = sender.peek();
    // The attempt may have shown that the storage has failed.
    if (next === 'nothing' || !this.#isOfOurEpoch()) return false;
    if (next === 'hole') {
      // Its numbers never come. When all before it is settled, a new hello leads across.
      if (sender.inFlight > 0) return false;
      this.#sayHello(sender, sender.skipHole());
      return true;
    }
    if (next.bytes.length > this.#maxBatchBytes) this.#giveUp(sender, next);
    else this.#sendBatch(sender, next);
    return true;
  }

  /** The gateway would refuse it for good, or end the stream before it could say so: then it would hold up all behind it. */
  #giveUp(sender: LaneSender, batch: SpooledBatch): void {
    const { seq, bytes } = batch;
    const reason = `it has ${bytes.length} bytes, the gateway takes ${this.#maxBatchBytes}`;
    this.#options.onRefused({ epoch: sender.epoch, seq, code: TOO_LARGE, reason, permanent: true, expectedSeq: 0 });
    sender.giveUp(batch, `refused: ${TOO_LARGE}`);
  }

  #sayHello({ epoch }: LaneSender, { oldestSeq, nextSeq }: { oldestSeq: number; nextSeq: number }): void {
    const { hello, nowUs } = this.#options;
    this.#write({ hello: { ...hello, node: null, epoch, oldestSeq, nextSeq, sentUs: nowUs() } });
  }

  /** False where the spool has begun another epoch for new batches, which the first hello of a stream names: the stream ends. */
  #isOfOurEpoch(): boolean {
    if (this.#ended) return false;
    if (this.#present.isOf(this.#options.spool.status().epoch)) return true;
    this.end({ kind: 'gap', words: 'the spool has a new epoch' });
    return false;
  }

  #sendBatch(sender: LaneSender, batch: SpooledBatch): void {
    sender.sent(batch);
    const { epoch } = sender;
    const newest = sender === this.#present && batch.seq === sender.lane.status().nextSeq - 1;
    const summary = newest ? this.#options.summary() : undefined;
    if (sender !== this.#present) this.#pace.spend(batch.rows);
    this.#options.attempts?.sent({ epoch: hex(epoch), seq: batch.seq });
    this.#write({ batch: { epoch, seq: batch.seq, batch: batch.bytes, sentUs: this.#options.nowUs(), summary } });
  }

  #senderOf(epoch: Uint8Array): LaneSender | undefined {
    return [this.#present, this.#behind].find((sender) => sender?.isOf(epoch));
  }

  /** The oldest batch of each epoch that was sent and is not settled. */
  get unsettled(): readonly BatchKey[] {
    return [this.#present, this.#behind].flatMap((sender) =>
      sender?.oldestInFlight === undefined ? [] : [{ epoch: hex(sender.epoch), seq: sender.oldestInFlight }],
    );
  }

  /** Bytes of an encoded AgentMessage that need not arrive; false where the stream is not ready for them. */
  sendPassing(message: Buffer): boolean {
    if (!this.welcomed || this.#blocked) return false;
    this.#blocked = !this.#options.stream.write(message);
    return true;
  }

  heartbeat(): void {
    if (!this.welcomed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.heartbeat(), this.#beatEveryMs);
    const nowMs = performance.now();
    if (this.#blocked) {
      this.#blockedSinceMs ??= nowMs;
      if (nowMs - this.#blockedSinceMs > BLOCKED_LIMIT_MS) this.end({ kind: 'lost', words: 'the gateway has read nothing for an hour' });
      return;
    }
    this.#blockedSinceMs = undefined;
    const spool = toSpoolState(this.#options.spool, this.#options.attempts);
    this.#write({
      heartbeat: { sentUs: this.#options.nowUs(), spool, summary: this.#options.summary(), config: this.#options.configs?.report() },
    });
  }

  #write(message: AgentMessage): void {
    this.#blocked = !this.#options.stream.write(encodeMessage(AGENT_MESSAGE_FIELDS, message));
  }

  #drained(): void {
    this.#blocked = false;
    // Batches first: output of a command takes what room they leave.
    this.pump();
    if (!this.#blocked) this.#options.commands?.drained();
  }

  #receive(bytes: Buffer): void {
    if (this.#ended) return;
    try {
      this.#handle(decodeMessage<GatewayMessage>(GATEWAY_MESSAGE_FIELDS, bytes));
    } catch (error) {
      this.end({ kind: 'lost', words: `a message of the gateway is not acceptable: ${messageOf(error)}` });
    }
  }

  #handle(message: GatewayMessage): void {
    const { welcome, ack, refuse, lease, drain, command, commandControl, config, peers } = message;
    if (welcome) {
      this.#window = Math.max(1, welcome.window);
      if (welcome.maxBatchBytes > 0) this.#maxBatchBytes = welcome.maxBatchBytes;
      this.#options.onWelcome(welcome);
      if (!this.welcomed) return;
      this.heartbeat();
      this.#askPeers();
      this.pump();
    } else if (peers) {
      this.#options.mesh?.setPeers(peers);
    } else if (ack) {
      const sender = this.#senderOf(ack.epoch);
      if (sender === undefined || !this.#isOfOurEpoch()) return;
      if (!sender.acknowledge(ack.seq)) {
        this.end({ kind: 'lost', words: `the gateway acknowledged batch ${ack.seq}, which was not sent` });
        return;
      }
      this.#options.onProgress();
      this.pump();
    } else if (refuse) {
      this.#refused(refuse);
    } else if (lease) {
      this.#options.onLease(lease);
    } else if (config) {
      this.#options.configs?.offer(config);
    } else if (command) {
      this.#command(command);
    } else if (commandControl) {
      this.#options.commands?.control(commandControl);
    } else if (drain) {
      this.end({ kind: 'drain', words: 'the gateway is going away', withinMs: drain.withinMs });
    }
  }

  #command(command: Command): void {
    const { commands } = this.#options;
    if (commands !== undefined) commands.command(command);
    else {
      const result = { status: 'refused', problem: 'this agent carries out no commands', truncated: false };
      this.#write({ commandOutput: { id: command.id, output: Buffer.alloc(0), result } });
    }
  }

  #askPeers(): void {
    const peersWish = this.#options.mesh?.peersWish;
    if (peersWish !== undefined) this.#write({ peersWish });
  }

  #refused(refuse: Refuse): void {
    const sender = this.#senderOf(refuse.epoch);
    if (sender === undefined || !this.#isOfOurEpoch()) return;
    this.#options.onRefused(refuse);
    if (!refuse.permanent) {
      this.end({ kind: 'gap', words: `batch ${refuse.seq} was refused (${refuse.code}): ${refuse.reason}` });
      return;
    }
    if (!sender.refuse(refuse.seq, `refused: ${refuse.code}`)) return;
    this.#options.onProgress();
    this.pump();
  }

  /** Sends no more and ends when the gateway has acknowledged what it has: to it, this is no second stream of the same node. */
  finish(end: SessionEnd): void {
    if (this.#finishing !== undefined) return;
    if (!this.welcomed) {
      this.end(end);
      return;
    }
    this.#finishing = end;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(end), FINISH_LIMIT_MS);
    this.#options.stream.end();
  }

  /** Ends the stream; what is unacknowledged stays in the spool. */
  end(end: SessionEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#paceTimer);
    const { stream } = this.#options;
    // A cancelled call reports that as an error of its own.
    stream.removeAllListeners('error');
    stream.on('error', () => undefined);
    stream.cancel();
    this.#options.commands?.ended();
    this.#options.onEnd(end);
  }
}

function hex(epoch: Uint8Array): string {
  return Buffer.from(epoch).toString('hex');
}
