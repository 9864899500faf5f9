// What an import says became of its rows is what the tables have: replaced, united, set aside and stored, by the command and by a job of the gateway.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { channelTls } from '../../core/node/channel-credentials.ts';
import { loadPackage, serviceDefinition } from '../../proto/descriptors.ts';
import type { ImportJob } from '../../proto/gen/messages.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';

let pipeline: Pipeline;
let client: Client;
beforeAll(async () => {
  pipeline = await startPipeline();
  const { gateway, caFile } = pipeline.addresses;
  const tls = channelTls(gateway, readFileSync(caFile));
  client = new Client(gateway, tls.credentials, tls.options);
});
afterAll(async () => {
  client?.close();
  await pipeline?.stop();
});

const START_MS = Math.floor(Date.now() / 60_000) * 60_000 - 3 * 86_400_000;
const time = (minute: number) => new Date(START_MS + minute * 60_000).toISOString();

function file(name: string, lines: readonly string[]): string {
  const path = join(pipeline.home, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

async function importOf(path: string, ...options: string[]) {
  const { code, stdout, stderr } = await pipeline.muster('import', path, '--json', ...options);
  return { code, stderr, result: stdout === '' ? undefined : (JSON.parse(stdout) as Record<string, unknown>) };
}

async function rowsOf(sql: string): Promise<unknown[][]> {
  return pipeline.sql(sql).catch(() => []);
}

const machines = (count: number, minutes: number) => [
  'datetime,machineID,volt,rotate',
  ...Array.from({ length: count * minutes }, (_, i) => `${time(i % minutes)},${Math.floor(i / minutes) + 1},${160 + i / 8},${i}`),
];

it('says how many rows were replaced by others, and which column would have told them apart', async () => {
  const path = file('machine.csv', machines(5, 4));
  const dry = await importOf(path, '--dry-run');
  expect([dry.code, dry.stderr]).toEqual([0, expect.stringContaining('make machineID a tag: --tags machineID')]);
  const strict = await importOf(path, '--strict');
  expect([strict.code, strict.stderr]).toEqual([
    1,
    expect.stringContaining('16 of 20 rows have the time, node and tags of an earlier row'),
  ]);
  expect(await rowsOf('select count() from machine')).toEqual([]);
  const { code, result } = await importOf(path);
  expect([code, result]).toMatchObject([1, { rowsRead: 20, rowsStored: 4, rowsReplaced: 16, rowsRefused: 0, rowsSetAside: 0 }]);
  await until('they can be read', async () => (await rowsOf('select count() from machine'))[0]?.[0] === 4);
  const words = await pipeline.muster('import', path);
  expect(words.code).toBe(1);
  expect(words.stdout).toContain(
    '20 rows read: 4 rows stored in machine, 0 refused, 16 replaced by others of the same time, node and tags',
  );
  expect(words.stdout).toContain('make machineID a tag: --tags machineID');
  const right = await importOf(path, '--tags', 'machineID', '--measurement', 'machine_tagged');
  expect([right.code, right.result]).toMatchObject([0, { rowsRead: 20, rowsStored: 20, rowsReplaced: 0 }]);
});

it('counts them over many batches too', async () => {
  const { code, result } = await importOf(file('fleet.csv', machines(40, 2000)));
  expect([code, result]).toMatchObject([1, { rowsRead: 80_000, rowsStored: 2000, rowsReplaced: 78_000 }]);
  await until('they can be read', async () => (await rowsOf('select count() from fleet'))[0]?.[0] === 2000);
});

it('keeps the fields of one moment that stand in two files', async () => {
  const [user, system] = ['user', 'system'].map((field) =>
    file(`${field}.csv`, [`time,host,${field}`, `${time(0)},a,${field.length}`, `${time(1)},a,${field.length}`]),
  ) as [string, string];
  expect(await importOf(user, '--measurement', 'usage')).toMatchObject({ code: 0, result: { rowsStored: 2, rowsJoined: 0 } });
  expect(await importOf(system, '--measurement', 'usage')).toMatchObject({ code: 0, result: { rowsStored: 2, rowsJoined: 2 } });
  await until('both are there', async () => (await rowsOf('select count() from usage where user = 4 and system = 6'))[0]?.[0] === 2);
  expect(await importOf(user, '--measurement', 'usage', '--restart')).toMatchObject({ code: 0, result: { rowsStored: 2 } });
  const corrected = file('corrected.csv', ['time,host,user', `${time(0)},a,9`]);
  expect(await importOf(corrected, '--measurement', 'usage')).toMatchObject({ code: 1, result: { rowsStored: 1, rowsOverwritten: 1 } });
  await until('it is corrected', async () => (await rowsOf('select count() from usage where user = 9 and system = 6'))[0]?.[0] === 1);
});

it('tells what was set aside, and why, or refuses it up front', async () => {
  const numbers = file('numbers.csv', ['time,host,status', ...Array.from({ length: 30 }, (_, i) => `${time(i)},a,${i}`)]);
  const texts = file('texts.csv', ['time,host,status,v', ...Array.from({ length: 30 }, (_, i) => `${time(100 + i)},a,state ${i},1`)]);
  const into = ['--measurement', 'states'];
  expect((await importOf(numbers, ...into)).code).toBe(0);
  const dry = await importOf(texts, ...into, '--texts', 'status', '--dry-run');
  expect(dry.stderr).toContain('states.status is a number in the table and a text here');
  expect((await importOf(texts, ...into, '--texts', 'status', '--strict')).code).toBe(1);
  expect(await importOf(texts, ...into, '--texts', 'status')).toMatchObject({
    code: 1,
    result: {
      rowsStored: 0,
      rowsSetAside: 30,
      setAside: [{ reason: 'type_changed', rows: 30, detail: 'states.status is DOUBLE and came as VARCHAR' }],
    },
  });
});

it('does not call stored what is only accepted', async () => {
  const path = file('quick.csv', ['time,host,v', `${time(0)},a,1`]);
  const { code, stdout } = await pipeline.muster('import', path, '--no-wait');
  expect([code, stdout]).toEqual([0, expect.stringContaining('1 row read: 1 accepted, not yet stored, 0 refused')]);
  expect(await importOf(path)).toMatchObject({ code: 0, result: { rowsStored: 1, rowsPending: 0 } });
});

const service = serviceDefinition(loadPackage(), 'ImportService');

function call<Answer = ImportJob>(
  name: string,
  request: object,
  token = readFileSync(pipeline.addresses.tokenFile, 'utf8').trim(),
): Promise<Answer> {
  const method = service[name];
  if (method === undefined) throw new Error(`ImportService has no ${name}`);
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  return new Promise((resolve, reject) =>
    client.makeUnaryRequest(
      method.path,
      method.requestSerialize as (value: object) => Buffer,
      method.responseDeserialize as (bytes: Buffer) => Answer,
      request,
      metadata,
      (error: ServiceError | null, answer?: Answer) => (error || answer === undefined ? reject(error) : resolve(answer)),
    ),
  );
}

const incoming = (name: string, lines: readonly string[]) => writeFileSync(join(pipeline.home, 'incoming', name), `${lines.join('\n')}\n`);

it('tells the same of a job of the gateway', async () => {
  incoming('job.csv', machines(5, 4));
  const { id } = await call('StartImport', { file: 'job.csv' });
  const done = await until('it is done', async () => {
    const job = await call('GetImport', { id });
    return job.state === 'done' && job;
  });
  expect(done).toMatchObject({
    rowsRead: 20,
    rowsAccepted: 20,
    rowsStored: 4,
    rowsRefused: 0,
    accounted: true,
    account: { replacedRows: 16 },
  });
  expect(done.outcome[0]).toBe('20 rows read: 4 stored, 0 refused, 16 replaced by others of the same time, node and tags');
});

it('answers a flush of a cancelled job, lets others import while some pause, and nobody end the job of another token', async () => {
  incoming('steps.csv', ['time,host,v', ...Array.from({ length: 100 }, (_, i) => `${time(i)},a,${i}`)]);
  const wanted = { kind: 'TOKEN_KIND_ACCESS' as const, name: 'other', scopes: ['push'], validSeconds: 600, uses: 0, labels: {} };
  const other = (await pipeline.client.call('createToken', wanted)).secret;
  const jobs = [];
  for (let i = 0; i < 4; i++)
    jobs.push(await call('StartImport', { file: 'steps.csv', stepSeconds: 600, mapping: { measurement: `steps_${i}` } }, other));
  for (const { id } of jobs) await until('it is paused', async () => (await call('GetImport', { id })).state === 'paused');
  await expect(call('StartImport', { file: 'steps.csv', stepSeconds: 600 }, other)).rejects.toMatchObject({ code: 8 });
  incoming('free.csv', ['time,host,v', `${time(0)},a,1`]);
  const free = await call('StartImport', { file: 'free.csv' });
  await until('it is done', async () => (await call('GetImport', { id: free.id })).state === 'done');
  const own = await call('StartImport', { file: 'steps.csv', stepSeconds: 600 });
  await expect(call('CancelImport', { id: own.id }, other)).rejects.toMatchObject({
    code: 7,
    details: expect.stringContaining('was begun with the token'),
  });
  for (const { id } of [...jobs, own]) expect(await call('CancelImport', { id })).toMatchObject({ state: 'cancelled' });
  expect(await call('FlushImport', { id: own.id })).toMatchObject({ state: 'cancelled' });
});

it('leaves a ledger that verify finds whole, and that counts what the tables have', async () => {
  const account = await pipeline.client.call('verify', { nodeId: '', waitMs: 10_000 }, { timeoutMs: 60_000 });
  expect(account).toMatchObject({ lost: 0, doubled: 0, missingRows: 0, holes: [] });
  expect(account.ledgerRows).toBe(account.tableRows);
});
