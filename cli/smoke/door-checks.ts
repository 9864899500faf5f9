// The doors one after the other: what goes in by each has to come out of the store.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../core/common/muster-error.ts';
import { SMOKE_NODE } from '../../core/common/node-kind.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { QueryColumn } from '../../proto/gen/messages.ts';
import { type Cell, frameRows } from '../../proto/query-rows.ts';
import { verdictOf } from '../fleet/ledger-account.ts';
import { countWords } from '../fleet/node-table.ts';
import type { FleetTarget } from '../fleet/open-fleet.ts';
import { programPath } from '../parts/programs.ts';
import { callHttps } from './https-call.ts';
import type { SmokeCheck } from './smoke-check.ts';

/** The node that the checks speak as; it stays in the fleet, and is the same the next time. */
const NODE = SMOKE_NODE;
const TABLE = 'smoke';
const IMPORTED = 100;
const LOOK_MS = 200;
const VERIFY_WAIT_MS = 10_000;

export interface DoorOptions {
  target: FleetTarget;
  client: FleetClient;
  /** Of the console in a browser; empty where it does not run here. */
  webConsole: string;
}

export function doorChecks({ target, client, webConsole }: DoorOptions): SmokeCheck[] {
  const timeUs = Date.now() * 1000;
  const rowsSince = (run: string): string =>
    `select count() from ${TABLE} where node_id = '${NODE}' and run = '${run}' and timestamp > dateadd('h', -2, now())`;
  const run = String(timeUs);
  const ask = (path: string, expected = 200, body?: object): Promise<Record<string, unknown>> => callHttps(target, path, expected, body);
  return [
    { name: 'HTTPS health', run: async () => String((await ask('/readyz'))['status']) },
    { name: 'OpenAPI', run: async () => `${Object.keys((await ask('/api/openapi.json'))['paths'] as object).length} paths` },
    { name: 'status', run: async () => statusWords(await ask('/api/status')) },
    {
      name: 'push',
      run: async (signal) => {
        await ask('/api/push', 202, { node_id: NODE, measurement: TABLE, time: timeUs, tags: { run: `push-${run}` }, value: 1 });
        return stored(client, rowsSince(`push-${run}`), 1, signal);
      },
    },
    {
      name: 'snapshot',
      run: async (signal) => {
        await ask('/api/telemetry/snapshot', 202, { node_id: NODE, time: timeUs, uptime_seconds: 1 });
        return stored(
          client,
          `select count() from uptime where node_id = '${NODE}' and timestamp = cast(${timeUs} as timestamp)`,
          1,
          signal,
        );
      },
    },
    {
      name: 'metrics',
      run: async () => {
        const { rows } = await ask(`/api/metrics?measurement=${TABLE}&node=${NODE}&fields=value`);
        if (!Array.isArray(rows) || rows.length === 0) throw new MusterError('not_found', 'the value that was pushed is not in it');
        return 'latest value read';
      },
    },
    {
      name: 'import',
      run: async (signal) => {
        await importFile(target, `import-${run}`, timeUs, signal);
        return stored(client, rowsSince(`import-${run}`), IMPORTED, signal);
      },
    },
    { name: 'query', run: async () => `${(await query(client, 'select count() from deliveries')).flat()[0]} batches in the ledger` },
    { name: 'watch', run: (signal) => watchNodes(client, signal) },
    {
      name: 'dead letters',
      run: async () => {
        const { byReason } = await client.call('listDeadLetters', { limit: 1, reason: '', beforeId: 0 });
        const counts = Object.entries(byReason).map(([reason, count]) => `${count} ${reason}`);
        return counts.length === 0 ? 'none' : counts.join(', ');
      },
    },
    { name: 'verify', run: () => verify(client) },
    ...(webConsole === '' ? [] : [{ name: 'console', run: (signal: AbortSignal) => askConsole(webConsole, signal) }]),
  ];
}

function statusWords({ status, problems, lag_seconds: lag }: Record<string, unknown>): string {
  if (status === 'ok') return `ok, lag ${Number(lag).toFixed(1)} s`;
  throw new MusterError('failed_precondition', [`it is ${status}`, ...(Array.isArray(problems) ? problems : [])].join('; '));
}

/** Asks until the count is there. */
async function stored(client: FleetClient, sql: string, count: number, signal: AbortSignal): Promise<string> {
  const startedMs = performance.now();
  for (;;) {
    // The first row ever makes the table.
    const rows = await query(client, sql).catch((error: unknown) => {
      if (error instanceof MusterError && /does not exist|Invalid column/.test(error.message)) return [];
      throw error;
    });
    if (Number(rows[0]?.[0]) === count) return `${count} stored after ${Math.round(performance.now() - startedMs)} ms`;
    await sleep(LOOK_MS, undefined, { signal });
  }
}

async function query(client: FleetClient, sql: string): Promise<Cell[][]> {
  let columns: readonly QueryColumn[] | undefined;
  const rows: Cell[][] = [];
  for await (const frame of client.stream('query', { sql, maxRows: 10, timeoutMs: 10_000 }, { timeoutMs: 15_000 })) {
    columns ??= frame.columns;
    rows.push(...frameRows(columns, frame));
  }
  return rows;
}

/** By the command that people use. */
async function importFile(target: FleetTarget, run: string, timeUs: number, signal: AbortSignal): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'muster-smoke-'));
  try {
    const file = join(folder, 'smoke.csv');
    const lines = Array.from({ length: IMPORTED }, (_, i) => `${timeUs - (i + 1) * 1e6},${NODE},${run},${i}`);
    writeFileSync(file, ['time_us,node_id,run,value', ...lines, ''].join('\n'));
    const where = ['--gateway', target.gateway, '--ca-file', target.caFile, '--token-file', target.tokenFile, '--home', folder];
    const how = ['--measurement', TABLE, '--time', 'time_us', '--time-format', 'us', '--node-column', 'node_id', '--tags', 'run'];
    await new Promise<void>((resolve, reject) => {
      const args = [programPath('muster'), 'import', file, ...how, ...where, '--json'];
      execFile(process.execPath, args, { signal }, (error, _, stderr) =>
        error === null
          ? resolve()
          : reject(new MusterError('failed_precondition', stderr.trim().split('\n').at(-1) ?? error.message, error)),
      );
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function watchNodes(client: FleetClient, signal: AbortSignal): Promise<string> {
  for await (const { nodes } of client.stream('watchNodes', { filter: '', intervalMs: 1000 }, { signal })) return countWords(nodes);
  throw new MusterError('unavailable', 'the stream of nodes ended at once');
}

async function verify(client: FleetClient): Promise<string> {
  const answer = await client.call('verify', { nodeId: '', waitMs: VERIFY_WAIT_MS }, { timeoutMs: 2 * VERIFY_WAIT_MS });
  const { lost, doubled, missingRows, stored: batches } = answer;
  const { verdict, why } = verdictOf(answer);
  const words = `${batches} batches stored, ${lost} lost, ${doubled} doubled, ${missingRows} rows missing`;
  if (verdict === 'not proven') return `not proven: ${why}`;
  if (verdict === 'not whole') throw new MusterError('failed_precondition', `${words}: see muster verify`);
  return words;
}

async function askConsole(address: string, signal: AbortSignal): Promise<string> {
  const { origin } = new URL(address);
  const { status } = await fetch(origin, { signal, redirect: 'manual' });
  // Without its one-time token it shows nobody anything, which is an answer.
  if (status >= 500) throw new MusterError('unavailable', `${origin} answers ${status}`);
  return `${origin} answers`;
}
