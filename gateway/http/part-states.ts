// How each part of the path is, in a word of its own. What cannot be asked is unknown, never well.
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import type { EtlStatus } from '../../core/common/streams.ts';

/** `ok`; `degraded`: it works, and something is wrong; `failing`: it does not work; `unknown`: it could not be asked. */
export type PartState = 'ok' | 'degraded' | 'failing' | 'unknown';

export interface PartReport {
  state: PartState;
  /** What is wrong, or why it is not known, in one sentence. */
  detail?: string;
}

export interface PartSources {
  /** Whether the gateway is connected to it. */
  nats(): boolean;
  /** What the ETL said last; undefined where it never did. */
  etl(): Promise<EtlStatus | undefined>;
  /** Resolves when the database answered a question. */
  database(): Promise<undefined>;
}

export type Parts = Readonly<Record<'gateway' | 'nats' | 'questdb' | 'etl', PartReport>>;

/** The ETL reports at least every 5 s. */
const ETL_SILENT_MS = 15_000;
const ANSWER_WITHIN_MS = 3000;

/** `problem` is what keeps this gateway from taking samples. Never throws; answers within some seconds. */
export async function partStates(
  sources: PartSources,
  problem: string | undefined,
  nowMs = Date.now(),
): Promise<{ parts: Parts; etl?: EtlStatus }> {
  const connected = sources.nats();
  const [etl, database] = await Promise.all([
    connected ? settled(sources.etl()) : new MusterError('unavailable', 'nats-server, which has its report, is not connected'),
    settled(sources.database()),
  ]);
  const suspended = etl instanceof MusterError ? [] : (etl?.suspendedTables ?? []).map(({ table }) => table);
  const parts = {
    gateway: problem === undefined || !connected ? { state: 'ok' as const } : { state: 'degraded' as const, detail: problem },
    nats: connected ? { state: 'ok' as const } : { state: 'failing' as const, detail: 'the gateway is not connected to nats-server' },
    questdb: questdbState(database, suspended),
    etl: etlState(etl, nowMs),
  };
  return { parts, ...(etl instanceof MusterError || etl === undefined ? {} : { etl }) };
}

/** Of the ETL's last report, whether it still counts. */
export function isCurrent(etl: Pick<EtlStatus, 'timeMs'>, nowMs: number): boolean {
  return nowMs - etl.timeMs <= ETL_SILENT_MS;
}

/** The worst of all: `unknown` is worse than `degraded`, as it may be `failing`. */
export function worstOf(parts: Parts): PartState {
  const order: readonly PartState[] = ['failing', 'unknown', 'degraded', 'ok'];
  const states = Object.values(parts).map(({ state }) => state);
  return order.find((state) => states.includes(state)) ?? 'ok';
}

function questdbState(answer: MusterError | undefined, suspended: readonly string[]): PartReport {
  if (answer instanceof MusterError) return { state: 'failing', detail: `it does not answer: ${answer.message}` };
  if (suspended.length === 0) return { state: 'ok' };
  return { state: 'degraded', detail: `suspended: ${suspended.slice(0, 10).join(', ')}` };
}

function etlState(etl: EtlStatus | MusterError | undefined, nowMs: number): PartReport {
  if (etl instanceof MusterError) return { state: 'unknown', detail: etl.message };
  if (etl === undefined) return { state: 'unknown', detail: 'it has not reported since nats-server started' };
  if (!isCurrent(etl, nowMs)) return { state: 'failing', detail: `it has not reported for ${Math.round((nowMs - etl.timeMs) / 1000)} s` };
  return etl.problems.length === 0 ? { state: 'ok' } : { state: 'degraded', detail: etl.problems[0]! };
}

/** What is asked for, or the error; one too where no answer comes. */
async function settled<T>(work: Promise<T>): Promise<T | MusterError> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<MusterError>((resolve) => {
    timer = setTimeout(
      () => resolve(new MusterError('deadline_exceeded', `no answer within ${ANSWER_WITHIN_MS / 1000} s`)),
      ANSWER_WITHIN_MS,
    );
  });
  try {
    return await Promise.race([work.catch(toMusterError), late]);
  } finally {
    clearTimeout(timer);
  }
}
