// The console's contract against a whole Muster: what every control of a page sends is taken by the gateway's own checks, and exports bring all rows.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { StateFolder } from '../../cli/state/state-folder.ts';
import type { ConnectionState, RequestArguments, RequestName } from '../../console/common/console-api.ts';
import type { ExportView } from '../../console/common/export-view.ts';
import type { HostMessage } from '../../console/common/port-message.ts';
import { ConsoleBackend } from '../../console/host/console-backend.ts';
import { browserSurface, ContextDesk, contextOfGateway } from '../../console/host/context-desk.ts';
import type { ExportFile } from '../../console/host/exports.ts';
import { PageSession } from '../../console/host/page-session.ts';
import type { GatewayAddress } from '../../proto/client/gateway-channel.ts';
import { type Pipeline, type Simulation, startPipeline, startSimulation } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';

const ROWS = 250_000;
const folder = mkdtempSync(join(tmpdir(), 'muster-contract-'));
let pipeline: Pipeline;
let simulation: Simulation;
let address: GatewayAddress;
let backend: ConsoleBackend;
let session: PageSession;
let node: string;
const answers = new Map<number, HostMessage>();
const files: { text: string; ends: string[] }[] = [];
let nextId = 1;

/** Keeps what is written in memory. */
async function openFile(name: string): Promise<ExportFile> {
  const file = { text: '', ends: [] as string[] };
  files.push(file);
  return {
    name,
    download: '',
    write: async (data) => {
      file.text += String(data);
    },
    commit: async () => void file.ends.push('commit'),
    abandon: async () => void file.ends.push('abandon'),
  };
}

function createBackend(of: GatewayAddress): ConsoleBackend {
  return new ConsoleBackend(of, new ContextDesk(contextOfGateway(of.gateway), of.caFile, browserSurface({})), { open: openFile });
}

/** As a page asks: past the host's own check of arguments. */
async function ask<K extends RequestName>(name: K, args: RequestArguments<K>): Promise<HostMessage> {
  const id = nextId++;
  session.receive({ kind: 'request', id, name, arguments: args });
  return until(`an answer to ${name}`, async () => answers.get(id), 30_000);
}

beforeAll(async () => {
  pipeline = await startPipeline();
  const state = new StateFolder(pipeline.home);
  address = { gateway: pipeline.addresses.gateway, caFile: pipeline.addresses.caFile, tokenFile: state.operatorTokenFile };
  simulation = await startSimulation(pipeline, { nodes: 2, durable: false });
  backend = createBackend(address);
  await backend.start();
  session = new PageSession(backend, (message) => {
    if ('id' in message && message.kind !== 'event') answers.set(message.id, message);
    return 0;
  });
  node = await until('the gateway knows a node', async () => {
    const { nodes } = await pipeline.client.call('listNodes', { filter: '' });
    return nodes.find((each) => each.info?.simulated)?.nodeId;
  });
  await pipeline.sql('CREATE TABLE big (timestamp TIMESTAMP, x LONG) TIMESTAMP(timestamp) PARTITION BY DAY WAL');
  await pipeline.sql(`INSERT INTO big SELECT timestamp_sequence('2026-01-01', 1000000), x FROM long_sequence(${ROWS})`);
  await until('the rows are there', async () => Number((await pipeline.sql('SELECT count() FROM big'))[0]?.[0]) === ROWS);
});
afterAll(async () => {
  session?.end();
  await backend?.stop();
  await simulation?.stop();
  await pipeline?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const NOW = Date.now();
/** What the controls of each page send. Every request has to stand here; `not_found` and `failed_precondition` are answers to what is not there. */
const SENT: { [K in RequestName]: () => RequestArguments<K>[] } = {
  listMeasurements: () => [{}],
  query: () => [{ sql: 'SELECT count() FROM big', maxRows: 100, timeoutMs: 10_000 }],
  getNode: () => [{ node }],
  verify: () => [{ nodeId: '', waitMs: 0 }],
  getSeries: () => [
    { nodeId: node, measurement: 'cpu', tags: {}, fields: ['busy'], fromMs: NOW - 900_000, toMs: NOW, maxPoints: 1000 },
    { nodeId: node, measurement: 'cpu', tags: { cpu: 'total' }, fields: [], fromMs: NOW - 7 * 86_400_000, toMs: NOW, maxPoints: 300 },
  ],
  runCommand: () => [{ runId: 'run-1', node, command: 'process_list', arguments: {}, timeoutMs: 5000 }],
  setNodeLabels: () => [
    { node, set: { rack: '1b' }, remove: [], seen: {} },
    { node, set: {}, remove: ['rack'], seen: { rack: '1b' } },
  ],
  releaseNode: () => [{ node }],
  joinInfo: () => [{}],
  createJoinToken: () => [{ uses: 3, validSeconds: 3600 }],
  removeNode: () => [{ node: 'nobody' }],
  listDeadLetters: () => [
    { reason: '', limit: 200, beforeId: 0 },
    { reason: 'time_too_old', limit: 200, beforeId: 7 },
  ],
  getDeadLetter: () => [{ id: 1 }],
  replayDeadLetters: () => [
    { chosen: { ids: [1, 2] }, editedRow: '', measurement: '' },
    { chosen: { reason: 'time_too_old', upToId: 9 }, editedRow: '', measurement: '' },
  ],
  discardDeadLetters: () => [{ chosen: { ids: [1, 2] } }, { chosen: { reason: 'time_too_old', upToId: 9 } }],
  startExport: () => [{ sql: 'SELECT * FROM big LIMIT 3', format: 'csv', name: 'big' }],
  cancelExport: () => [{ exportId: '00' }],
  reconnect: () => [{}],
  unlock: () => [{ confirm: 'x' }],
  lock: () => [{}],
  openContext: () => [{ name: 'lab' }],
  setNotifications: () => [{ on: true }],
  setZoom: () => [{ percent: 110 }],
};

it('takes what every control of a page sends', async () => {
  const refused: string[] = [];
  for (const name of Object.keys(SENT) as RequestName[]) {
    for (const args of SENT[name]()) {
      const answer = await ask(name, args);
      if (answer.kind !== 'error' || ['not_found', 'failed_precondition'].includes(answer.error.code)) continue;
      refused.push(`${name} ${JSON.stringify(args)}: ${answer.error.code}: ${answer.error.message}`);
    }
  }
  expect(refused).toEqual([]);
});

async function exported(sql: string): Promise<{ view: ExportView; lines: string[] }> {
  const before = files.length;
  let views: readonly ExportView[] = [];
  const end = backend.subscribe('exports', {}, (told) => {
    views = told;
  });
  const answer = await ask('startExport', { sql, format: 'csv', name: 'big' });
  expect(answer.kind).toBe('result');
  const view = await until(
    'the export has ended',
    async () => views.find(({ state }) => state !== 'running' && views[0]?.state === state),
    60_000,
  );
  end();
  return { view, lines: (files[before]?.text ?? '').trimEnd().split('\r\n').slice(1) };
}

it.each([
  ['SELECT * FROM big', ROWS],
  ['SELECT * FROM big WHERE timestamp < now()', ROWS],
  ['SELECT * FROM big ORDER BY x DESC', ROWS],
  ['SELECT cast(null AS timestamp) timestamp, x FROM big', ROWS],
  ['SELECT * FROM big LIMIT 150000', 150_000],
])(
  'exports every row of %s once',
  async (sql, rows) => {
    const { view, lines } = await exported(sql);
    expect(view).toMatchObject({ state: 'done', rows, totalRows: rows, problem: '' });
    expect(new Set(lines.map((line) => line.split(',')[1])).size).toBe(rows);
    if (sql.includes('DESC')) expect([lines[0], lines.at(-1)].map((line) => line?.split(',')[1])).toEqual([String(ROWS), '1']);
  },
  60_000,
);

it('says that a token is refused, and is connected as soon as the file holds one that is not', async () => {
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, 'none-of-this-gateway\n');
  const other = createBackend({ ...address, tokenFile });
  const states: ConnectionState[] = [];
  other.subscribe('connection', {}, (state) => states.push(state));
  other.subscribe('nodes', { intervalMs: 1000 }, () => undefined);
  await other.start();
  try {
    const newest = (): ConnectionState | undefined => states.at(-1);
    await until('the token is refused', async () => newest()?.kind === 'refused');
    expect(states.map(({ kind }) => kind)).not.toContain('connected');
    expect(newest()).toMatchObject({ reason: expect.stringContaining('check the token file') });
    const { secret } = await pipeline.client.call('createToken', {
      ...{ kind: 'TOKEN_KIND_ACCESS', name: 'reader', scopes: ['read'], validSeconds: 3600, uses: 0, labels: {} },
    });
    writeFileSync(tokenFile, `${secret}\n`);
    await until('the console is connected', async () => newest()?.kind === 'connected', 10_000);
  } finally {
    await other.stop();
  }
});
