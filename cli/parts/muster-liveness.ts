// Whether Muster's own programs work: each is asked for what only a program that goes round can give.
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import { type EtlStatus, STATUS_BUCKET, TELEMETRY_STREAM } from '../../core/common/streams.ts';
import { connectNats, type NatsOptions } from '../../core/node/nats-connection.ts';
import type { Liveness } from './part.ts';

const ANSWER_WITHIN_MS = 10_000;
const CONNECT_WITHIN_MS = 3000;

/** The gateway at `port` answers over TLS. Whether it can take samples is another question: starting it again does not bring NATS back. */
export function gatewayLiveness(port: number): Liveness {
  // Its certificate is not what is asked about, and no secret is sent.
  return { ask: () => answers(requestHttps({ host: '127.0.0.1', port, path: '/healthz', agent: false, rejectUnauthorized: false })) };
}

/** The web console at `port` answers, whatever it says. */
export function consoleLiveness(port: number): Liveness {
  return { ask: () => answers(requestHttp({ host: '127.0.0.1', port, path: '/', agent: false })) };
}

/** The agent with this state folder answers on its own socket. A path too long for one is not asked. */
export function agentLiveness(stateDir: string): Liveness {
  const socketPath = join(stateDir, 'run', 'agent.sock');
  const askable = process.platform !== 'win32' && Buffer.byteLength(socketPath) <= 103;
  return { ask: async () => askable && (await answers(requestHttp({ socketPath, path: '/healthz', agent: false }))) };
}

/** True for any answer. Rejects where there is none in time. */
function answers(call: ReturnType<typeof requestHttp>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => call.destroy(new Error(`no answer within ${ANSWER_WITHIN_MS / 1000} s`)), ANSWER_WITHIN_MS);
    call.once('response', (response) => {
      response.resume();
      resolve(true);
    });
    call.once('error', reject);
    call.once('close', () => clearTimeout(late));
    call.end();
  });
}

/** What the ETL says of itself goes on. Nothing can be told of it while nats-server does not answer. */
export function etlLiveness(nats: NatsOptions): Liveness {
  const progress = new EtlProgress();
  return {
    ask: async () => {
      let seen: EtlSeen | undefined;
      try {
        seen = await lookAtEtl(nats);
      } catch {
        return false;
      }
      return progress.judge(seen, performance.now());
    },
  };
}

/** What can be seen of an ETL from outside. */
export interface EtlSeen {
  status: Pick<EtlStatus, 'timeMs' | 'storedFloor' | 'suspendedTables' | 'problems'>;
  /** Sequence of the stream's newest message. */
  newestSeq: number;
}

/** Over a connection of its own: a question every now and then is not worth one that is held. */
async function lookAtEtl(options: NatsOptions): Promise<EtlSeen | undefined> {
  const connection = await connectNats(options, CONNECT_WITHIN_MS);
  try {
    const bucket = await connection.jetstream().views.kv(STATUS_BUCKET, { bindOnly: true });
    const entry = await bucket.get('etl');
    if (entry === null || entry.operation !== 'PUT') return undefined;
    const { state } = await (await connection.jetstreamManager()).streams.info(TELEMETRY_STREAM);
    return { status: entry.json<EtlStatus>(), newestSeq: state.last_seq };
  } finally {
    await connection.close();
  }
}

/** Longer than any write that the ETL waits for, with what it is tried again. */
const STANDS_STILL_MS = 600_000;

/** Tells one that goes on from one that stands still, look after look. */
export class EtlProgress {
  #timeMs = 0;
  #floor = -1;
  #floorSinceMs = 0;

  /** False where there is nothing to tell from yet. Throws what does not go on. */
  judge(seen: EtlSeen | undefined, nowMs: number): boolean {
    if (seen === undefined) return false;
    const { timeMs, storedFloor, suspendedTables, problems } = seen.status;
    const before = this.#timeMs;
    this.#timeMs = timeMs;
    const waits = seen.newestSeq > storedFloor && suspendedTables.length === 0 && problems.length === 0;
    if (storedFloor !== this.#floor || !waits) {
      this.#floor = storedFloor;
      this.#floorSinceMs = nowMs;
    }
    if (timeMs === before) throw new Error('it has said nothing of itself since the last look');
    const stillMs = nowMs - this.#floorSinceMs;
    if (stillMs < STANDS_STILL_MS) return true;
    throw new Error(`it stores nothing for ${Math.round(stillMs / 60_000)} min, tells no problem, and messages wait`);
  }
}
