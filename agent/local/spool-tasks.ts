// `spool status|export|drain`: what waits for the gateway, copied out or sent while no agent runs.
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { MusterError } from '../../core/common/muster-error.ts';
import { parseDuration } from '../../core/node/setting-types.ts';
import type { SpoolReports } from '../spool/host-spool.ts';
import type { UplinkReports } from '../uplink/uplink.ts';
import { readSettings, takeOwn } from './command-line.ts';
import { askStatus } from './local-client.ts';
import { spoolRows } from './show-status.ts';
import { tableLines, toPrintable } from './words.ts';

const TASKS = { status: showSpool, export: exportTo, drain } as const;
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
  const { spool, nowMs } = await askStatus(stateDir);
  const lines = tableLines(spoolRows({ spool, nowMs }).map((row) => row.map(toPrintable)));
  process.stdout.write(flags.json ? `${JSON.stringify(spool, null, 2)}\n` : `${lines.join('\n')}\n`);
  return 0;
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
    `${rows} rows and ${events} events of ${batches} batches were copied${file === '-' ? '' : ` to ${file}`}; they are still in the spool`,
  );
  return 0;
}

async function drain(argv: readonly string[]): Promise<number> {
  const { options, rest } = takeOwn(argv, [], ['timeout']);
  const timeoutMs = parseDuration(options.timeout ?? DRAIN_LIMIT);
  if (timeoutMs === undefined) {
    throw new MusterError('invalid_argument', `--timeout is "${options.timeout}": a number with its unit is needed, such as 90s or 10m`);
  }
  const [config, { drainSpool }] = await Promise.all([readSettings(rest), import('../uplink/drain-spool.ts')]);
  let first: number | undefined;
  const progress = ({ rows }: { rows: number }): void => {
    first ??= rows;
  };
  await drainSpool(config, { spool: SPOOL_REPORTS, uplink: UPLINK_REPORTS, progress, timeoutMs });
  say(`the spool is empty: ${first ?? 0} rows were sent to ${config.gateway}`);
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
