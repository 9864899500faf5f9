// `top`: this machine live in the terminal, from the running agent; a line a sample where it is piped.
import { emitKeypressEvents, type Key } from 'node:readline';
import { MusterError } from '../../core/common/muster-error.ts';
import { parseInterval } from '../local/local-routes.ts';
import type { Snapshot } from '../local/snapshot.ts';
import type { StatusReport } from '../local/status-report.ts';
import { readSettings, takeOwn } from './command-line.ts';
import { askSnapshot, askStatus, watchSnapshots } from './local-client.ts';
import { spoolRows } from './show-status.ts';
import { tableLines, toByteWords, toNumberWords, toPrintable, toTimeWords } from './words.ts';

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const BAR_CELLS = 40;
const STATUS_EVERY_MS = 2000;

export async function top(argv: readonly string[]): Promise<number> {
  const { flags, options, rest } = takeOwn(argv, ['json'], ['interval']);
  const intervalMs = parseInterval(options.interval ?? null);
  if (typeof intervalMs === 'string') throw new MusterError('invalid_argument', `--${intervalMs}`);
  const { stateDir } = await readSettings(rest);
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(await askSnapshot(stateDir), null, 2)}\n`);
    return 0;
  }
  if (process.stdout.isTTY && process.stdin.isTTY) await onScreen(stateDir, intervalMs);
  else await asLines(stateDir, intervalMs);
  return 0;
}

async function asLines(stateDir: string, intervalMs: number): Promise<void> {
  const ended = untilEnd();
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', () => process.exit(0));
  for await (const snapshot of watchSnapshots(stateDir, intervalMs, ended)) process.stdout.write(`${JSON.stringify(snapshot)}\n`);
}

async function onScreen(stateDir: string, intervalMs: number): Promise<void> {
  const ended = untilEnd();
  let status = await askStatus(stateDir);
  let askedMs = Date.now();
  process.stdin.setRawMode(true).resume();
  process.stdout.write(ENTER);
  try {
    for await (const snapshot of watchSnapshots(stateDir, intervalMs, ended)) {
      if (Date.now() - askedMs > STATUS_EVERY_MS) {
        askedMs = Date.now();
        status = await askStatus(stateDir);
      }
      const lines = [...screenLines(snapshot, status), '', 'q quits'].slice(0, process.stdout.rows - 1);
      // Each line is cleared behind its end, so that nothing flickers; wrapping is off meanwhile.
      process.stdout.write(`\u001b[?7l\u001b[H${lines.map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J\u001b[?7h`);
    }
  } finally {
    process.stdin.setRawMode(false).pause();
    process.stdout.write(LEAVE);
  }
}

/** Aborts at `q`, Ctrl-C or a signal. */
function untilEnd(): AbortSignal {
  const over = new AbortController();
  const end = (): void => over.abort();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  if (!process.stdin.isTTY) return over.signal;
  emitKeypressEvents(process.stdin);
  process.stdin.on('keypress', (_: string | undefined, key: Key) => {
    if (key.name === 'q' || key.name === 'escape' || (key.ctrl === true && key.name === 'c')) end();
  });
  return over.signal;
}

export function screenLines(snapshot: Snapshot, status: StatusReport): string[] {
  const { connection } = status;
  const rate = (bytes: number | null): string => (bytes === null ? '–' : `${toByteWords(bytes)}/s`);
  const rows = [
    ['CPU', bar(snapshot.cpu_percent), `load ${[snapshot.load_avg_1, snapshot.load_avg_5, snapshot.load_avg_15].map(number).join(' ')}`],
    ['memory', bar(snapshot.memory_percent), `${toByteWords(snapshot.memory_used)} of ${toByteWords(snapshot.memory_total)}`],
    ['swap', bar(snapshot.swap_percent), ''],
    ['disk', bar(snapshot.disk_percent), `${toByteWords(snapshot.disk_used)} of ${toByteWords(snapshot.disk_total)}`],
  ];
  const facts = [
    ['network', `in ${rate(snapshot.network_rx_bytes_per_second)}, out ${rate(snapshot.network_tx_bytes_per_second)}`],
    ['', `${number(snapshot.active_connections)} connections, ${number(snapshot.process_count)} processes`],
    ['gateway', `${connection.state}${connection.state === 'connected' || connection.lastError === '' ? '' : `: ${connection.lastError}`}`],
    ...spoolRows(status),
  ];
  const up = snapshot.uptime_seconds === null ? '' : `  up ${toTimeWords(snapshot.uptime_seconds * 1000)}`;
  return [`${snapshot.name}${up}  ${snapshot.time}`, '', ...tableLines(rows), '', ...tableLines(facts)].map(toPrintable);
}

function bar(percent: number | null): string {
  if (percent === null) return '–';
  const full = Math.round((Math.min(100, Math.max(0, percent)) / 100) * BAR_CELLS);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)} ${percent.toFixed(1).padStart(5)} %`;
}

function number(value: number | null): string {
  return value === null ? '–' : toNumberWords(value);
}
