import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import { errorAnswer } from '../http/http-answer.ts';
import { discardBody } from '../http/request-body.ts';
import { receiveForm } from './upload-form.ts';

const MAX_BYTES = 1024 * 1024;
const BOUNDARY = 'edge';

let server: Server;
let folder: string;
let outcomes: string[];
let checkSpace: () => Promise<void>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'upload-'));
  outcomes = [];
  checkSpace = async () => undefined;
  server = createServer(async (asked, response) => {
    try {
      const { file, fields } = await receiveForm({
        ...{ request: asked, folder, maxBytes: MAX_BYTES, checkEveryBytes: 100_000, checkSpace: () => checkSpace() },
        onField(kept, name, value) {
          if (name === 'unknown') throw new MusterError('invalid_argument', 'the field unknown is not known');
          kept.set(name, value);
        },
      });
      outcomes.push('taken');
      response.end(JSON.stringify({ file, fields: Object.fromEntries(fields) }));
    } catch (error) {
      const answer = errorAnswer(error);
      outcomes.push((error as MusterError).code);
      response.writeHead(answer.status).write(answer.body ?? '');
      await discardBody(asked);
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const part = (name: string, content: string, file?: string): string =>
  `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}\r\n\r\n${content}\r\n`;
const form = (...parts: string[]): string => `${parts.join('')}--${BOUNDARY}--\r\n`;

function post(body: string | Buffer, type = `multipart/form-data; boundary=${BOUNDARY}`): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const asked = request({ host: '127.0.0.1', port, method: 'POST', headers: { 'content-type': type }, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (data) => {
        text += data;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.on('error', reject).end(body);
  });
}

test('a form with a file and fields is taken', async () => {
  const { status, text } = await post(form(part('node', 'a'), part('file', 'time,v\n1,2\n', '../../etc/pass wd.csv'), part('tags', 'x,y')));
  expect([status, JSON.parse(text)]).toEqual([200, { file: 'pass_wd.csv', fields: { node: 'a', tags: 'x,y' } }]);
  expect(readFileSync(join(folder, 'pass_wd.csv'), 'utf8')).toBe('time,v\n1,2\n');
});

test('a form that is compressed is refused with 415, and one that is announced as too large at once with 413', async () => {
  const { port } = server.address() as AddressInfo;
  const ask = (headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      const type = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
      const asked = request({ host: '127.0.0.1', port, method: 'POST', headers: { ...type, ...headers }, agent: false }, (response) => {
        resolve(response.statusCode ?? 0);
        asked.destroy();
      });
      asked.on('error', reject);
      // Nothing of the body is sent.
      asked.flushHeaders();
    });
  expect(await ask({ 'content-encoding': 'gzip', 'content-length': '10' })).toBe(415);
  expect(await ask({ 'content-length': String(100 * MAX_BYTES) })).toBe(413);
});

test('a full disk ends the upload at once with 507', async () => {
  symlinkSync('/dev/full', join(folder, 'full.csv'));
  const { status, text } = await post(form(part('file', 'x'.repeat(MAX_BYTES), 'full.csv')));
  expect(status).toBe(507);
  expect(text).toContain('its disk is full');
});

test('a file that cannot be written ends the upload at once with the reason', async () => {
  symlinkSync('/nowhere/at/all', join(folder, 'lost.csv'));
  const { status, text } = await post(form(part('file', 'x'.repeat(MAX_BYTES), 'lost.csv')));
  expect(status).toBe(500);
  expect(text).toContain('the gateway cannot write the file (ENOENT)');
});

test('a disk that fills while the file comes ends the upload', async () => {
  checkSpace = () => Promise.reject(new MusterError('unavailable', 'no room'));
  const { status, text } = await post(form(part('file', 'x'.repeat(MAX_BYTES), 'a.csv')));
  expect([status, text]).toEqual([503, expect.stringContaining('no room')]);
});

test.each([
  ['no boundary', form(part('file', 'x', 'a.csv')), 'multipart/form-data', 400, 'malformed'],
  ['an empty boundary', form(part('file', 'x', 'a.csv')), 'multipart/form-data; boundary=', 400, 'malformed'],
  ['another type', '{}', 'application/json', 400, 'invalid_argument'],
  ['a name that only begins so', '{}', 'multipart/form-dataX; boundary=a', 400, 'invalid_argument'],
  ['no file', form(part('node', 'x')), undefined, 400, 'invalid_argument'],
  ['two files', form(part('file', 'x', 'a.csv'), part('file', 'x', 'b.csv')), undefined, 400, 'invalid_argument'],
  ['a file of another name', form(part('upload', 'x', 'a.csv')), undefined, 400, 'invalid_argument'],
  ['a field that nobody knows', form(part('unknown', 'x'), part('file', 'x'.repeat(100_000), 'a.csv')), undefined, 400, 'invalid_argument'],
  ['a field that is too long', form(part('node', 'x'.repeat(5000)), part('file', 'x', 'a.csv')), undefined, 400, 'invalid_argument'],
  ['a file that is too large', form(part('file', 'x'.repeat(MAX_BYTES + 1), 'a.csv')), undefined, 413, 'limit_exceeded'],
  ['half a form', part('file', 'x', 'a.csv'), undefined, 400, 'malformed'],
  ['nothing', '', undefined, 400, ''],
])('%s is refused', async (_, body, type, status, code) => {
  const answer = await post(body, type);
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(code);
});

test('a caller that goes in the middle leaves nothing open', async () => {
  const { port } = server.address() as AddressInfo;
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
  const asked = request({ host: '127.0.0.1', port, method: 'POST', headers, agent: false });
  asked.on('error', () => undefined);
  asked.write(part('file', 'x'.repeat(100_000), 'a.csv').slice(0, -2));
  await expect.poll(() => existsSync(join(folder, 'a.csv'))).toBe(true);
  asked.destroy();
  await expect.poll(() => outcomes).toEqual(['cancelled']);
});

test('whatever is made of a form is answered', async () => {
  const good = form(part('node', 'a'), part('file', 'time,v\n1,2\n', 'a.csv'), part('tags', 'x,y'));
  const mutant = fc.record({
    cuts: fc.array(fc.tuple(fc.nat(good.length), fc.nat(20), fc.string({ unit: 'binary', maxLength: 8 })), { minLength: 1, maxLength: 4 }),
    type: fc.constantFrom(
      `multipart/form-data; boundary=${BOUNDARY}`,
      'multipart/form-data; boundary="',
      'multipart/form-data; boundary=-',
      "multipart/form-data; boundary*=utf-8''%ff",
      `multipart/form-data; charset=nope; boundary=${BOUNDARY}`,
    ),
  });
  await fc.assert(
    fc.asyncProperty(mutant, async ({ cuts, type }) => {
      let body = good;
      for (const [at, drop, put] of cuts) body = body.slice(0, at) + put + body.slice(at + drop);
      expect((await post(Buffer.from(body, 'latin1'), type)).status).toBeGreaterThanOrEqual(200);
    }),
    { numRuns: 400 },
  );
});
