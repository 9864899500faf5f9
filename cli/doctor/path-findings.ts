// What the pipeline's own status tells: durability, lag, room, suspended tables, dead letters. Pure.
import type { PipelineStatus, ProcessedStream, VerifyResponse } from '../../proto/gen/messages.ts';
import { verdictOf } from '../fleet/ledger-account.ts';
import { toMs } from '../fleet/node-table.ts';
import { formatBytes, formatCount, formatDuration } from '../terminal/quantity.ts';
import { type Finding, problem, warning, well } from './finding.ts';

const LAG_SECONDS = { warning: 10, problem: 60 };
const STREAM_SHARE = { warning: 0.7, problem: 0.9 };
/** Of the store's disk that is left; the ETL itself complains below the second. */
const DISK_LEFT_SHARE = { warning: 0.15, problem: 0.05 };
const COMPLETE_PERCENT = 99.99;
/** The gateway reads the ledger each ten seconds while it is asked. */
const COMPLETENESS_KEPT_MS = 60_000;

export function pathFindings(status: PipelineStatus): Finding[] {
  return [
    durability(status),
    lag(status),
    stream(status),
    disk(status),
    completeness(status),
    ...tables(status),
    deadLetters(status),
    ...processed(status),
    ...otherProblems(status),
  ];
}

function durability({ durable }: PipelineStatus): Finding {
  if (durable) return well('durability', 'an acknowledgement means on disk, in nats-server and in QuestDB');
  return problem(
    'durability',
    'an acknowledgement does not mean that it is on disk, or it is not known',
    'set `sync_interval: always` in the jetstream block of nats-server and cairo.commit.mode=sync in QuestDB, and give the gateway --nats-monitor-url',
  );
}

/** `2.0 s, about 30 rows`; what is not known has its own words. */
export function lagWords({ lagSeconds, lagRows }: Pick<PipelineStatus, 'lagSeconds' | 'lagRows'>): string {
  const seconds = lagSeconds === undefined ? 'not known' : `${lagSeconds.toFixed(1)} s`;
  return `${seconds}, ${lagRows === undefined ? 'an unknown number of' : `about ${formatCount(lagRows)}`} rows`;
}

function lag(status: PipelineStatus): Finding {
  const { lagSeconds, pendingMessages } = status;
  const words = `${lagWords(status)} in ${formatCount(pendingMessages)} messages`;
  if (lagSeconds === undefined) return warning('lag', words, 'see the log of nats-server: it does not tell its oldest message');
  if (lagSeconds <= LAG_SECONDS.warning) return well('lag', words);
  const advice = 'see whether the ETL runs and QuestDB answers; where both do, the machine is too small for this load';
  return lagSeconds > LAG_SECONDS.problem ? problem('lag', words, advice) : warning('lag', words, advice);
}

function stream({ streamBytes, streamMaxBytes }: PipelineStatus): Finding {
  const share = streamMaxBytes === 0 ? 0 : streamBytes / streamMaxBytes;
  const words = `${formatBytes(streamBytes)} of ${formatBytes(streamMaxBytes)} (${(100 * share).toFixed(1)} %)`;
  if (share < STREAM_SHARE.warning) return well('stream', words);
  const advice = 'agents wait when it is full: let the ETL catch up, or raise --stream-max-bytes of the gateway';
  return share >= STREAM_SHARE.problem ? problem('stream', words, advice) : warning('stream', words, advice);
}

function disk({ diskFreeBytes, diskBytes }: PipelineStatus): Finding {
  if (!diskBytes || diskFreeBytes === undefined) {
    return warning('disk', 'how much is left on the disk of the store is not known', 'give the ETL --store-dir, a folder on that disk');
  }
  const share = diskFreeBytes / diskBytes;
  const words = `${formatBytes(diskFreeBytes)} of ${formatBytes(diskBytes)} left (${(100 * share).toFixed(1)} %)`;
  if (share >= DISK_LEFT_SHARE.warning) return well('disk', words);
  const advice = 'QuestDB suspends its tables on a full disk: free space, shorten --telemetry-ttl-days of the ETL, or add a disk';
  return share < DISK_LEFT_SHARE.problem ? problem('disk', words, advice) : warning('disk', words, advice);
}

/** Whether the stream could fill the disk before it reaches its limit, where both are on one disk, as under `muster up`. */
export function roomFindings({ streamBytes, streamMaxBytes, diskFreeBytes, diskBytes }: PipelineStatus): Finding[] {
  const growthBytes = streamMaxBytes - streamBytes;
  if (!diskBytes || diskFreeBytes === undefined || growthBytes <= diskFreeBytes) return [];
  const words = `the stream may grow by ${formatBytes(growthBytes)}, and the disk has ${formatBytes(diskFreeBytes)} left`;
  const advice =
    'free space, or set MUSTER_GATEWAY_STREAM_MAX_BYTES lower before muster up: a full disk stops the database, which is what empties the stream';
  return [warning('room', words, advice)];
}

function completeness({ completenessPercent, completenessAsOf, asOf }: PipelineStatus): Finding {
  if (!completenessAsOf) {
    return problem(
      'completeness',
      'not known: the ledger could not be read',
      'see whether QuestDB answers, then run muster doctor again: nothing is said of the batches until it does',
    );
  }
  const ageMs = (toMs(asOf) ?? 0) - (toMs(completenessAsOf) ?? 0);
  if (ageMs > COMPLETENESS_KEPT_MS) {
    const words = `not known now: the ledger was read last ${formatDuration(ageMs)} ago`;
    return problem('completeness', words, 'see whether QuestDB answers, then run muster doctor again');
  }
  if (completenessPercent === undefined) {
    return warning(
      'completeness',
      'not known: no batch of the last hour is in the ledger',
      'run muster nodes: it shows which agents are connected, and when each was heard last',
    );
  }
  const words = `${completenessPercent.toFixed(2)} % of the last hour's batches are in the ledger`;
  if (completenessPercent >= COMPLETE_PERCENT) return well('completeness', words);
  return warning(
    'completeness',
    words,
    'run muster verify: it counts the batches that agents gave up (dropped), and names those that are lost',
  );
}

/** What the ledger proves now. */
export function ledgerFinding(answer: VerifyResponse): Finding {
  const { lost, doubled, missingRows, stored, inFlight, undecided = 0 } = answer;
  const { verdict, why } = verdictOf(answer);
  const words = `${formatCount(stored)} batches stored, ${lost} lost, ${doubled} rows doubled, ${missingRows} missing`;
  if (verdict === 'whole') return well('ledger', words);
  if (verdict === 'not proven') {
    const advice =
      stored === 0
        ? 'run muster nodes: it shows which agents are connected'
        : inFlight + undecided > 0
          ? 'run muster verify --wait 1m: it waits for what is on its way'
          : 'run muster verify: it says from when on rows are compared';
    return warning('ledger', `not proven: ${why}`, advice);
  }
  return problem('ledger', words, 'run muster verify: it names each hole; keep the spools and the stream until it is explained');
}

function tables({ suspendedTables }: PipelineStatus): Finding[] {
  if (suspendedTables.length === 0) return [well('tables', 'none is suspended')];
  return suspendedTables.map(({ table, error, resumeAttempts }) =>
    problem(
      'tables',
      `${table} is suspended: ${error || 'the database gives no reason'} (RESUME tried ${resumeAttempts} times)`,
      `take away the cause (a full disk, mostly); RESUME is tried again by itself, by hand it is ALTER TABLE "${table}" RESUME WAL`,
    ),
  );
}

function deadLetters({ deadLetters: byReason }: PipelineStatus): Finding {
  const counts = Object.entries(byReason).filter(([, count]) => count > 0);
  if (counts.length === 0) return well('dead letters', 'none');
  const words = counts.map(([reason, count]) => `${formatCount(count)} ${reason}`).join(', ');
  return warning('dead letters', words, 'see them with muster dead-letters, then replay or discard them');
}

/** `1,204 rows in 12 messages since the ETL started`, and what the stream may lack. */
export function processedWords({ messages, rows, missedRows, missed }: ProcessedStream): string {
  const words = `${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'} in ${formatCount(messages)} ${messages === 1 ? 'message' : 'messages'} since the ETL started`;
  if (missedRows === 0) return words;
  const lastMs = toMs(missed);
  const last = lastMs === undefined ? '' : `, the last at ${new Date(lastMs).toISOString()}`;
  return `${words}; it may lack ${formatCount(missedRows)} stored rows${last}`;
}

function processed({ processed: stream }: PipelineStatus): Finding[] {
  if (!stream) return [];
  const words = processedWords(stream);
  if (stream.missedRows === 0) return [well('processed stream', words)];
  return [
    warning(
      'processed stream',
      words,
      'a consumer sees which by the numbers of the batches (epoch, seq), and finds their rows in the database',
    ),
  ];
}

/** What the parts say themselves, but for what a suspended table's own finding says already. */
function otherProblems({ problems, suspendedTables }: PipelineStatus): Finding[] {
  const told = (sentence: string): boolean => suspendedTables.some(({ table, error }) => sentence.includes(`${table}: ${error}`));
  return problems
    .filter((sentence) => !told(sentence))
    .map((sentence) => problem('path', sentence, 'see muster pipeline, and the log of the part that is named'));
}
