// Imports that the gateway runs itself, driven by gRPC and by an upload over HTTPS.
import { copyFileSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { channelTls } from '../../core/node/channel-credentials.ts';
import { loadPackage, serviceDefinition } from '../../proto/descriptors.ts';
import type { ImportJob, ListImportsResponse } from '../../proto/gen/messages.ts';
import { https } from '../harness/https.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/import');
let pipeline: Pipeline;
let client: Client;
let token: string;
let folder: string;

beforeAll(async () => {
  pipeline = await startPipeline();
  const { gateway, caFile, tokenFile } = pipeline.addresses;
  const tls = channelTls(gateway, readFileSync(caFile));
  client = new Client(gateway, tls.credentials, tls.options);
  token = readFileSync(tokenFile, 'utf8').trim();
  folder = join(pipeline.home, 'incoming');
});
afterAll(async () => {
  client?.close();
  await pipeline?.stop();
});

const service = serviceDefinition(loadPackage(), 'ImportService');

function call<Answer = ImportJob>(name: string, message: object): Promise<Answer> {
  const method = service[name];
  if (method === undefined) throw new Error(`ImportService has no ${name}`);
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  return new Promise((resolve, reject) =>
    client.makeUnaryRequest(
      method.path,
      method.requestSerialize as (value: object) => Buffer,
      method.responseDeserialize as (bytes: Buffer) => Answer,
      message,
      metadata,
      (error: ServiceError | null, answer?: Answer) => (error || answer === undefined ? reject(error) : resolve(answer)),
    ),
  );
}

async function post(path: string): Promise<object> {
  const [host, port] = pipeline.addresses.gateway.split(':');
  const options = {
    host,
    port,
    path,
    method: 'POST',
    ca: readFileSync(pipeline.addresses.caFile),
    headers: { authorization: `Bearer ${token}` },
  };
  return new Promise((resolve, reject) => {
    const asked = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(JSON.parse(text) as object));
    });
    asked.on('error', reject).end();
  });
}

const count = async (table: string): Promise<number> =>
  Number((await pipeline.sql(`select count() from ${table}`).catch(() => [[0]]))[0]?.[0]);
const ended = (id: string): Promise<ImportJob> =>
  until('the import has ended', async () => {
    const job = await call('GetImport', { id });
    return ['done', 'failed'].includes(job.state) && job;
  });

it('imports what pyarrow wrote, moved to now, and tells how far it is', async () => {
  copyFileSync(join(FIXTURES, 'pyarrow-zstd.parquet'), join(folder, 'web.parquet'));
  const started = await call('StartImport', { file: 'web.parquet', shiftToNow: true });
  expect(started.mapping).toMatchObject({
    timeColumn: 'time',
    nodeColumn: 'host',
    tags: ['region'],
    fields: ['usage', 'free', 'up'],
    measurement: 'web',
  });
  expect(await ended(started.id)).toMatchObject({ state: 'done', rowsStored: 200, rowsRefused: 0, problem: '', file: 'web.parquet' });
  await until('the rows are stored', async () => (await count('web')) === 200);
  expect(await pipeline.sql("select max(timestamp) > dateadd('m', -1, now()), sum(free), count(usage) from web")).toEqual([
    [true, Array.from({ length: 200 }, (_, i) => (i * 1_000_003) % 2 ** 40).reduce((a, b) => a + b), 177],
  ]);
  expect((await call<ListImportsResponse>('ListImports', {})).jobs.map((job) => job.id)).toContain(started.id);
});

it('pauses after each window of time, to the very row', async () => {
  const start = Date.now() - 3_600_000;
  const lines = Array.from({ length: 5000 }, (_, i) => `${new Date(start + i * 100).toISOString()},a,${i}`);
  writeFileSync(join(folder, 'steps.csv'), `time,host,v\n${lines.join('\n')}\n`);
  const { id } = await call('StartImport', { file: 'steps.csv', stepSeconds: 100 });
  const paused = () => until('it is paused', async () => (await call('GetImport', { id })).state === 'paused');
  await paused();
  expect(await call('FlushImport', { id })).toMatchObject({ state: 'paused', rowsStored: 1000 });
  for (const rows of [2000, 3000, 4000]) expect(await call('RunWindow', { id })).toMatchObject({ state: 'paused', rowsStored: rows });
  expect(await call('RunWindow', { id })).toMatchObject({ state: 'done', rowsStored: 5000 });
  await expect(call('RunWindow', { id })).rejects.toMatchObject({ code: 9, details: expect.stringContaining('is done') });
  await until('the rows are stored', async () => (await count('steps')) === 5000);
  const byHttp = await call('StartImport', { file: 'steps.csv', stepSeconds: 100, mapping: { measurement: 'by_http' } });
  await until('it is paused', async () => (await call('GetImport', { id: byHttp.id })).state === 'paused');
  const where = `/api/metrics?measurement=by_http&from=${encodeURIComponent(new Date(start).toISOString())}&to=`;
  expect(await post(`/api/import/${byHttp.id}/run_window`)).toMatchObject({ rows: 1000, state: 'paused', rows_stored: 2000 });
  expect(await post(`/api/import/${byHttp.id}/flush`)).toMatchObject({ rows: 2000, path: expect.stringContaining(where), state: 'paused' });
  await call('CancelImport', { id: byHttp.id });
  const second = await call('StartImport', { file: 'steps.csv', stepSeconds: 100, mapping: { measurement: 'cut' } });
  await until('it is paused', async () => (await call('GetImport', { id: second.id })).state === 'paused');
  expect(await call('FlushImport', { id: second.id })).toMatchObject({ state: 'paused', rowsStored: 1000 });
  expect(await call('CancelImport', { id: second.id })).toMatchObject({ state: 'cancelled', rowsStored: 1000 });
});

it('takes an upload, and leaves nothing of it behind', async () => {
  const upload = (file: string, content: Buffer | string, fields: Record<string, string> = {}) => {
    const form = 'x'.repeat(20);
    const parts = Object.entries(fields).map(
      ([name, value]) => `--${form}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const head = `${parts.join('')}--${form}\r\ncontent-disposition: form-data; name="file"; filename="${file}"\r\ncontent-type: application/octet-stream\r\n\r\n`;
    const body = Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from(`\r\n--${form}--\r\n`)]);
    return https(pipeline.addresses, '/api/import', { token, body, headers: { 'content-type': `multipart/form-data; boundary=${form}` } });
  };
  const answer = await upload('../../up load.csv', readFileSync(join(FIXTURES, 'duckdb.csv')), {
    shift_to_now: 'true',
    measurement: 'uploaded',
    tags: 'region',
  });
  expect([answer.status, answer.json()]).toMatchObject([
    202,
    { file: 'up_load.csv', mapping: { measurement: 'uploaded', tags: ['region'] } },
  ]);
  const { id } = answer.json() as unknown as { id: string };
  const asked = () => https(pipeline.addresses, `/api/import/${id}`, { token });
  await until('it is done', async () => (await asked()).text.includes('"state":"done"'));
  expect((await asked()).json()).toMatchObject({ rows_stored: 200, rows_refused: 0 });
  await until('the rows are stored', async () => (await count('uploaded')) === 200);
  await until('the file is gone', () => readdirSync(join(folder, 'uploads')).length === 0);
  const cut = readFileSync(join(FIXTURES, 'pyarrow-snappy.parquet')).subarray(0, 4000);
  expect(await upload('cut.parquet', cut)).toMatchObject({
    status: 400,
    text: expect.stringMatching(/"cut.parquet begins like Parquet.*cut off/),
  });
  expect(await upload('x.csv', 'time,v\n1,2\n', { colour: 'red' })).toMatchObject({
    status: 400,
    text: expect.stringContaining('the field colour is not known'),
  });
  expect((await https(pipeline.addresses, '/api/import', { token, body: { a: 1 } })).text).toContain(
    'multipart/form-data with a part named file',
  );
  expect((await https(pipeline.addresses, '/api/import/none', { token })).status).toBe(404);
  expect((await https(pipeline.addresses, '/api/import', { body: 'x' })).status).toBe(401);
  expect(readdirSync(join(folder, 'uploads'))).toEqual([]);
});

it('stores nothing of a file that cannot be read to its end, and reads none outside of its folder', async () => {
  const rows = Array.from({ length: 50_000 }, (_, i) => `${new Date(Date.now() - i * 10).toISOString()},a,${i}`).join('\n');
  writeFileSync(join(folder, 'open.csv'), `time,host,v\n${rows}\n"${new Date().toISOString()},a,1\n`);
  const { id } = await call('StartImport', { file: 'open.csv' });
  expect(await ended(id)).toMatchObject({ state: 'failed', rowsStored: 0, problem: 'row 50002 has a quote that is never closed' });
  expect(await count('open')).toBe(0);
  symlinkSync(pipeline.addresses.tokenFile, join(folder, 'link.csv'));
  for (const file of ['../secrets/operator.token', '/etc/passwd', 'link.csv', '', 'none.csv', '.'])
    await expect(call('StartImport', { file })).rejects.toMatchObject({
      code: 5,
      details: expect.stringContaining('in the import folder'),
    });
  writeFileSync(join(folder, 'bad.csv'), 'time,host,v\n11/12/2026 10:00,a,1\n');
  await expect(call('StartImport', { file: 'bad.csv' })).rejects.toMatchObject({
    code: 3,
    details: expect.stringContaining('name its format'),
  });
  await expect(call('StartImport', { file: 'bad.csv', mapping: { timeColumn: 'when' } })).rejects.toMatchObject({ code: 3 });
  expect(existsSync(join(folder, 'bad.csv'))).toBe(true);
});

it('runs four at once, and answers while they run', async () => {
  const start = Date.now() - 3_600_000;
  const lines = Array.from({ length: 300 }, (_, i) => `${new Date(start + i * 10_000).toISOString()},b,${i}`);
  writeFileSync(join(folder, 'slow.csv'), `time,host,v\n${lines.join('\n')}\n`);
  const jobs = await Promise.all(
    [1, 2, 3, 4].map((n) => call('StartImport', { file: 'slow.csv', speed: 10, mapping: { measurement: `slow_${n}` } })),
  );
  await expect(call('StartImport', { file: 'slow.csv' })).rejects.toMatchObject({ code: 8, details: expect.stringContaining('at most 4') });
  await Promise.all(jobs.map(({ id }) => call('CancelImport', { id })));
  expect((await call('StartImport', { file: 'slow.csv', mapping: { measurement: 'quick' } })).state).toMatch(/running|done/);
});
