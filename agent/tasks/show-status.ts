// `status`: how the running agent stands, in words.

import { counted } from '../../core/common/quantity.ts';
import type { StatusReport } from '../local/status-report.ts';
import { readSettings, takeOwn } from './command-line.ts';
import { askStatus } from './local-client.ts';
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
  const { nowMs, collectorsUnavailable, lastClockStep, lastSleep, lastNetworkChangeMs } = status;
  const missing = collectorsUnavailable.filter(({ absent }) => !absent);
  return tableLines(
    [
      ['agent', `${status.version}, process ${status.pid}, up ${toTimeWords(nowMs - status.startedMs)}, ${toByteWords(status.rssBytes)}`],
      ['node', `${status.name}${status.nodeId === '' ? ', not enrolled' : ` (${status.nodeId})`}`],
      ['gateway', connectionWords(status)],
      ...(status.connection.lastError === ''
        ? []
        : [['last error', `${status.connection.lastError} (${ago(status.connection.lastErrorMs, nowMs)})`]]),
      ...spoolRows(status),
      ['configuration', configWords(status)],
      ...(status.skewMs === null ? [] : [['clock', `${status.skewMs} ms against the gateway’s`]]),
      ...(lastClockStep === null ? [] : [['', `stepped by ${lastClockStep.stepMs} ms, ${ago(lastClockStep.atMs, nowMs)}`]]),
      ...(lastSleep === null ? [] : [['slept', `${toTimeWords(lastSleep.stepMs)}, woke ${ago(lastSleep.atMs, nowMs)}`]]),
      ...(lastNetworkChangeMs === null ? [] : [['network', `changed ${ago(lastNetworkChangeMs, nowMs)}`]]),
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

/** What waits for the gateway, and what was lost. */
export function spoolRows({ spool, nowMs }: Pick<StatusReport, 'spool' | 'nowMs'>): string[][] {
  const { batches, rows, bytes, durable, problem, oldestUs, rowsCommitted, drops, retries, lastError, setAside } = spool;
  const oldest = oldestUs === 0 ? '' : `, the oldest from ${ago(oldestUs / 1000, nowMs)}`;
  return [
    [
      'spool',
      batches === 0 ? 'empty' : `${counted(batches, 'batch', 'batches')}, ${counted(rows, 'row')}, ${toByteWords(bytes)} wait${oldest}`,
    ],
    ['', `${counted(rowsCommitted, 'row')} taken in since its beginning, ${counted(retries, 'batch', 'batches')} sent again`],
    ...(durable ? [] : [['', `NOT ON DISK: ${problem}`]]),
    ...(lastError === '' ? [] : [['', `the oldest is held back: ${lastError}`]]),
    ...drops.map(({ reason, batches: dropped, rows: lost }) => [
      '',
      `dropped: ${counted(lost, 'row')} in ${counted(dropped, 'batch', 'batches')} (${reason})`,
    ]),
    ...(setAside === 0 ? [] : [['', `${counted(setAside, 'batch was', 'batches were')} refused for good and kept`]]),
  ];
}

function configWords({ config }: StatusReport): string {
  const own = config.version === 0 ? 'its own file' : `version ${config.version} from the gateway`;
  return config.problem === '' ? own : `${own}; version ${config.rejectedVersion} was ${config.state.replace('_', ' ')}: ${config.problem}`;
}

function ago(thenMs: number, nowMs: number): string {
  return `${toTimeWords(nowMs - thenMs)} ago`;
}
