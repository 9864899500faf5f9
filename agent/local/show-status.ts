// `status`: how the running agent stands, in words.
import { readSettings, takeOwn } from './command-line.ts';
import { askStatus } from './local-client.ts';
import type { StatusReport } from './status-report.ts';
import { tableLines, toByteWords, toPrintable, toTimeWords } from './words.ts';

/** 0 while connected, 1 while not, 69 where no agent runs. */
export async function showStatus(argv: readonly string[]): Promise<number> {
  const { flags, rest } = takeOwn(argv, ['json']);
  const { stateDir } = await readSettings(rest);
  const status = await askStatus(stateDir);
  process.stdout.write(flags.json ? `${JSON.stringify(status, null, 2)}\n` : `${statusLines(status).join('\n')}\n`);
  return status.connection.state === 'connected' ? 0 : 1;
}

export function statusLines(status: StatusReport): string[] {
  const { nowMs, collectorsUnavailable, lastClockStep } = status;
  const missing = collectorsUnavailable.filter(({ absent }) => !absent);
  const step = lastClockStep === null ? 'none since the start' : `${lastClockStep.stepMs} ms, ${ago(lastClockStep.atMs, nowMs)}`;
  return tableLines(
    [
      ['agent', `${status.version}, process ${status.pid}, up ${toTimeWords(nowMs - status.startedMs)}, ${toByteWords(status.rssBytes)}`],
      ['node', `${status.name}${status.nodeId === '' ? ', not enrolled' : ` (${status.nodeId})`}`],
      ['gateway', connectionWords(status)],
      ...(status.connection.lastError === ''
        ? []
        : [['last error', `${status.connection.lastError} (${ago(status.connection.lastErrorMs, nowMs)})`]]),
      ...spoolRows(status),
      ['clock step', step],
      ['collectors', missing.length === 0 ? 'all that this machine has' : `${missing.length} unavailable`],
      ...missing.map(({ collector, reason }) => ['', `${collector}: ${reason}`]),
    ].map((row) => row.map(toPrintable)),
  );
}

function connectionWords({ connection, gateway, nowMs }: StatusReport): string {
  const since = toTimeWords(nowMs - connection.sinceMs);
  if (connection.state === 'connected') return `${gateway} (${connection.gateway}), connected for ${since}`;
  if (connection.state === 'connecting') return `${gateway}, connecting`;
  return `${gateway}, ${connection.state} for ${since}, next attempt in ${toTimeWords(connection.retryMs - nowMs)}`;
}

/** What waits for the gateway. */
export function spoolRows({ spool }: Pick<StatusReport, 'spool'>): string[][] {
  const { batches, rows, bytes, durable, problem, oldestSeq, nextSeq, rowsCommitted } = spool;
  return [
    ['spool', batches === 0 ? 'empty' : `${batches} batches, ${rows} rows, ${toByteWords(bytes)} wait (${oldestSeq} to ${nextSeq - 1})`],
    ['', `${rowsCommitted} rows taken in since its beginning${durable ? '' : `; NOT ON DISK: ${problem}`}`],
  ];
}

function ago(thenMs: number, nowMs: number): string {
  return `${toTimeWords(nowMs - thenMs)} ago`;
}
