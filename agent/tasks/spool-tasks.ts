// `spool status|export|drain|clear`: what waits for the gateway; copied out, sent or thrown away while no agent runs.
import { createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { DURATION_RULE, durationMsOf } from '../../core/common/duration.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { counted } from '../../core/common/quantity.ts';
import type { StatusReport } from '../local/status-report.ts';
import type { SpoolReports } from '../spool/host-spool.ts';
import type { UplinkReports } from '../uplink/uplink.ts';
import { readSettings, takeOwn } from './command-line.ts';
import { askStatus } from './local-client.ts';
import { spoolRows } from './show-status.ts';
import { tableLines, toPrintable } from './words.ts';

const TASKS = { status: showSpool, export: exportTo, drain, clear } as const;
const DRAIN_LIMIT = '10m';

export async function spoolTask(argv: readonly string[]): Promise<number> {
  const [first = 'status', ...rest] = argv;
  if (Object.hasOwn(TASKS, first)) return TASKS[first as keyof typeof TASKS](rest);
  if (first.startsWith('-')) return showSpool(argv);
  throw new MusterError('invalid_argument', `spool ${first} is not a command: there are ${Object.keys(TASKS).join(', ')}`);
}

async function showSpool(argv: readonly string[]): Promise<number> {
  const { flags, rest } = takeOwn(argv, ['json']);
  const { stateDir } = await readSettings(rest);
  const { spool, nowMs, running } = await spoolOf(stateDir);
  const rows = [...(running ? [] : [['agent', 'not running: read from its state folder']]), ...spoolRows({ spool, nowMs })];
  const lines = tableLines(rows.map((row) => row.map(toPrintable)));
  process.stdout.write(flags.json ? `${JSON.stringify({ running, ...spool }, null, 2)}\n` : `${lines.join('\n')}\n`);
  return 0;
}

type SpoolAsShown = Pick<StatusReport, 'nowMs'> & { spool: Parameters<typeof spoolRows>[0]['spool']; running: boolean };

/** Of the running agent, else of the folder. Throws what `askStatus` throws where the folder has no spool either. */
async function spoolOf(stateDir: string): Promise<SpoolAsShown> {
  try {
    return { ...(await askStatus(stateDir)), running: true };
  } catch (error) {
    if ((error as MusterError).code !== 'unavailable' || !existsSync(join(stateDir, 'spool.db'))) throw error;
    const { readStoppedSpool } = await import('../spool/stopped-spool.ts');
    const found = readStoppedSpool(stateDir, SPOOL_REPORTS);
    return {
      spool: { ...found, epoch: Buffer.from(found.epoch).toString('hex'), drops: [...found.drops], retries: 0, lastError: '' },
      nowMs: Date.now(),
      running: false,
    };
  }
}

/** Asks first, unless `--yes` is said. */
async function clear(argv: readonly string[]): Promise<number> {
  const { flags, rest } = takeOwn(argv, ['yes']);
  const [{ stateDir }, { clearStoppedSpool, readStoppedSpool }] = await Promise.all([
    readSettings(rest),
    import('../spool/stopped-spool.ts'),
  ]);
  const { batches, rows } = readStoppedSpool(stateDir, SPOOL_REPORTS);
  if (batches === 0) {
    say('the spool is empty: nothing was thrown away');
    return 0;
  }
  const what = `${counted(rows, 'row')} in ${counted(batches, 'batch', 'batches')} that the gateway has not confirmed`;
  if (!flags.yes && !(await isWanted(`Throw ${what} away for good?`))) {
    say('nothing was thrown away');
    return 1;
  }
  const gone = clearStoppedSpool(stateDir, SPOOL_REPORTS);
  say(
    `${counted(gone.rows, 'row')} in ${counted(gone.batches, 'batch', 'batches')} were thrown away; the ledger will show them as dropped (cleared)`,
  );
  return 0;
}

async function isWanted(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new MusterError('invalid_argument', 'spool clear cannot be taken back: say it with --yes');
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} [y/N] `).finally(() => terminal.close());
  return /^y(es)?$/i.test(answer.trim());
}

/** Lines of JSON into the file named, `-` for stdout. What is exported stays in the spool. */
async function exportTo(argv: readonly string[]): Promise<number> {
  const [file, ...rest] = argv;
  if (file === undefined || (file.startsWith('-') && file !== '-')) {
    throw new MusterError('invalid_argument', 'spool export needs the file to write: spool export FILE, or - for stdout');
  }
  const [{ stateDir }, { exportSpool }] = await Promise.all([readSettings(rest), import('../spool/export-spool.ts')]);
  const out = file === '-' ? process.stdout : createWriteStream(file, { flags: 'wx', mode: 0o600 });
  const failed = new Promise<never>((_, reject) => out.once('error', reject));
  const { batches, rows, events } = await Promise.race([exportSpool(stateDir, out, SPOOL_REPORTS), failed]);
  if (out !== process.stdout) await Promise.race([finished(out.end()), failed]);
  say(
    `${counted(rows, 'row')} and ${counted(events, 'event')} of ${counted(batches, 'batch', 'batches')} were copied${file === '-' ? '' : ` to ${file}`}; they are still in the spool`,
  );
  return 0;
}

async function drain(argv: readonly string[]): Promise<number> {
  const { options, rest } = takeOwn(argv, [], ['timeout']);
  const timeoutMs = durationMsOf(options.timeout ?? DRAIN_LIMIT);
  if (timeoutMs === undefined) throw new MusterError('invalid_argument', `--timeout is "${options.timeout}": ${DURATION_RULE}`);
  const [config, { drainSpool }] = await Promise.all([readSettings(rest), import('./drain-spool.ts')]);
  let first: number | undefined;
  const progress = ({ rows }: { rows: number }): void => {
    first ??= rows;
  };
  await drainSpool(config, { spool: SPOOL_REPORTS, uplink: UPLINK_REPORTS, progress, timeoutMs });
  say(`the spool is empty: ${counted(first ?? 0, 'row')} sent to ${config.gateway}`);
  return 0;
}

function say(words: string): void {
  process.stderr.write(`${toPrintable(words)}\n`);
}

const SPOOL_REPORTS: SpoolReports = {
  fileSetAside: ({ path, reason }) => say(`the spool was set aside as ${path}: ${reason}`),
  notDurable: (problem) => say(`the spool cannot be read: ${problem}`),
  durableAgain: () => undefined,
  epochBegun: () => undefined,
};

const UPLINK_REPORTS: UplinkReports = {
  connected: (gateway) => say(`connected to ${gateway}`),
  disconnected: ({ words }, retryInMs) => say(`no stream: ${words}; next attempt in ${retryInMs} ms`),
  enrolmentFailed: () => undefined,
  refused: ({ seq, reason }) => say(`batch ${seq} was refused: ${reason}`),
};
