// One stream to a gateway: hello, then batches in order within the window, acknowledgements to the spool, heartbeats between.
import {
  AGENT_MESSAGE_FIELDS,
  type AgentMessage,
  GATEWAY_MESSAGE_FIELDS,
  type GatewayMessage,
  type Hello,
  type Lease,
  type Refuse,
  type SpoolState,
  type Summary,
  type Welcome,
} from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../proto/message-codec.ts';
import type { MeshPort } from '../probes/probes.ts';
import type { Spool, SpooledBatch } from '../spool/spool.ts';
import type { AgentStream } from './channel.ts';

const HEARTBEAT_MS = 4000;
/** Without a welcome for so long the gateway does not serve us. */
const WELCOME_LIMIT_MS = 15_000;
const READ_AHEAD = 16;
/**
 * An hour of heartbeats that found the stream blocked. A gateway measures our clock by the time of sending: what it reads after a day
 * would look like the words of a clock a day behind, and its rows would be set aside. Sent on a new stream it has a new time.
 */
const BLOCKED_HEARTBEATS = 900;

/** What is sent and not acknowledged when a stream is ended in order may be acknowledged for so long. */
const FINISH_LIMIT_MS = 3000;

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
  onLease(lease: Lease): void;
  /** Absent where this node probes no others. */
  mesh?: MeshPort;
  onEnd(end: SessionEnd): void;
}

export class UplinkSession {
  readonly #options: SessionOptions;
  readonly #epoch: Uint8Array;
  #window = 0;
  #nextToSend: number;
  /** Numbers below are acknowledged or refused for good. */
  #settled: number;
  /** Refused for good while earlier ones are still unacknowledged. */
  readonly #refusedAhead = new Set<number>();
  #ready: SpooledBatch[] = [];
  #blocked = false;
  #blockedHeartbeats = 0;
  #ended = false;
  #finishing: SessionEnd | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { stream, spool, hello, nowUs } = options;
    const { epoch, oldestSeq, nextSeq } = spool.status();
    this.#epoch = epoch;
    this.#nextToSend = oldestSeq;
    this.#settled = oldestSeq;
    stream.on('data', (bytes: Buffer) => this.#receive(bytes));
    stream.on('drain', () => this.#drained());
    stream.on('error', (error: Error & { code?: number; details?: string }) => {
      this.end({ kind: 'lost', words: error.details ?? error.message, ...(error.code === undefined ? {} : { status: error.code }) });
    });
    stream.on('end', () => this.end(this.#finishing ?? { kind: 'lost', words: 'the gateway ended the stream' }));
    this.#write({ hello: { ...hello, epoch, oldestSeq, nextSeq, sentUs: nowUs() } });
    this.#timer = setTimeout(() => this.end({ kind: 'lost', words: `no welcome within ${WELCOME_LIMIT_MS / 1000} s` }), WELCOME_LIMIT_MS);
  }

  get welcomed(): boolean {
    return this.#window > 0 && !this.#ended && this.#finishing === undefined;
  }

  /** The spool has more, or has lost what was not sent yet. */
  pump(): void {
    if (!this.welcomed || !this.#isOfOurEpoch()) return;
    const { oldestSeq, nextSeq } = this.#options.spool.status();
    if (oldestSeq > this.#settled && this.#settled < this.#nextToSend) {
      this.end({ kind: 'gap', words: `the spool dropped batches up to ${oldestSeq - 1}, sent and not acknowledged` });
      return;
    }
    while (!this.#blocked && !this.#ended && this.#nextToSend < nextSeq && this.#nextToSend - this.#settled < this.#window) {
      const batch = this.#nextBatch();
      if (batch === undefined || batch.seq !== this.#nextToSend) {
        if (!this.#isOfOurEpoch()) return;
        // A hole: its numbers never come. When all before it is settled, a new hello names what is oldest then.
        if (this.#settled >= this.#nextToSend) this.end({ kind: 'gap', words: `batch ${this.#nextToSend} is not in the spool any more` });
        return;
      }
      this.#sendBatch(batch, batch.seq === nextSeq - 1);
    }
  }

  /** False where the spool has begun another epoch, which has numbers of its own: the stream ends. */
  #isOfOurEpoch(): boolean {
    if (sameEpoch(this.#options.spool.status().epoch, this.#epoch)) return true;
    this.end({ kind: 'gap', words: 'the spool has a new epoch' });
    return false;
  }

  #nextBatch(): SpooledBatch | undefined {
    let batch = this.#ready.shift();
    while (batch !== undefined && batch.seq < this.#nextToSend) batch = this.#ready.shift();
    if (batch !== undefined) return batch;
    this.#ready = this.#options.spool.read(this.#nextToSend, READ_AHEAD);
    return this.#ready.shift();
  }

  #sendBatch(batch: SpooledBatch, newest: boolean): void {
    this.#nextToSend = batch.seq + 1;
    const summary = newest ? this.#options.summary() : undefined;
    this.#write({ batch: { epoch: this.#epoch, seq: batch.seq, batch: batch.bytes, sentUs: this.#options.nowUs(), summary } });
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
    this.#timer = setTimeout(() => this.heartbeat(), HEARTBEAT_MS);
    if (this.#blocked) {
      this.#blockedHeartbeats++;
      if (this.#blockedHeartbeats >= BLOCKED_HEARTBEATS) this.end({ kind: 'lost', words: 'the gateway has read nothing for an hour' });
      return;
    }
    this.#blockedHeartbeats = 0;
    const status = this.#options.spool.status();
    const { epoch, oldestSeq, nextSeq, bytes, rows, durable, problem } = status;
    const spool: SpoolState = {
      epoch,
      oldestSeq,
      nextSeq,
      bytes,
      rows,
      durable,
      problem,
      oldestUs: 0,
      drops: [],
      retries: 0,
      lastError: '',
      setAside: 0,
    };
    this.#write({ heartbeat: { sentUs: this.#options.nowUs(), spool, summary: this.#options.summary() } });
  }

  #write(message: AgentMessage): void {
    this.#blocked = !this.#options.stream.write(encodeMessage(AGENT_MESSAGE_FIELDS, message));
  }

  #drained(): void {
    this.#blocked = false;
    this.pump();
  }

  #receive(bytes: Buffer): void {
    if (this.#ended) return;
    try {
      this.#handle(decodeMessage<GatewayMessage>(GATEWAY_MESSAGE_FIELDS, bytes));
    } catch (error) {
      this.end({ kind: 'lost', words: `a message of the gateway is not acceptable: ${error instanceof Error ? error.message : error}` });
    }
  }

  #handle(message: GatewayMessage): void {
    const { welcome, ack, refuse, lease, drain, peers } = message;
    if (welcome) {
      this.#window = Math.max(1, welcome.window);
      this.#options.onWelcome(welcome);
      this.heartbeat();
      this.#askPeers();
      this.pump();
    } else if (peers) {
      this.#options.mesh?.setPeers(peers);
    } else if (ack) {
      if (!sameEpoch(ack.epoch, this.#epoch) || !this.#isOfOurEpoch()) return;
      if (ack.seq >= this.#nextToSend) {
        this.end({ kind: 'lost', words: `the gateway acknowledged batch ${ack.seq}, which was not sent` });
        return;
      }
      this.#settle(ack.seq + 1);
      this.#options.spool.ackUpTo(ack.seq);
      this.#options.onProgress();
      this.pump();
    } else if (refuse) {
      this.#refused(refuse);
    } else if (lease) {
      this.#options.onLease(lease);
    } else if (drain) {
      this.end({ kind: 'drain', words: 'the gateway is going away', withinMs: drain.withinMs });
    }
  }

  #askPeers(): void {
    const peersWish = this.#options.mesh?.peersWish;
    if (peersWish !== undefined) this.#write({ peersWish });
  }

  #refused(refuse: Refuse): void {
    if (!sameEpoch(refuse.epoch, this.#epoch) || !this.#isOfOurEpoch()) return;
    this.#options.onRefused(refuse);
    if (!refuse.permanent) {
      this.end({ kind: 'gap', words: `batch ${refuse.seq} was refused (${refuse.code}): ${refuse.reason}` });
      return;
    }
    if (refuse.seq >= this.#nextToSend || refuse.seq < this.#settled) return;
    this.#options.spool.setAside(refuse.seq, `refused: ${refuse.code}`);
    this.#refusedAhead.add(refuse.seq);
    this.#settle(this.#settled);
    this.#options.onProgress();
    this.pump();
  }

  #settle(upTo: number): void {
    this.#settled = Math.max(this.#settled, upTo);
    while (this.#refusedAhead.delete(this.#settled)) this.#settled++;
  }

  /** Sends no more and ends when the gateway has acknowledged what it has: to it, this is no second stream of the same node. */
  finish(end: SessionEnd): void {
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
    const { stream } = this.#options;
    // A cancelled call reports that as an error of its own.
    stream.removeAllListeners('error');
    stream.on('error', () => undefined);
    stream.cancel();
    this.#options.onEnd(end);
  }
}

function sameEpoch(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
