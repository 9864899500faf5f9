// `npm run dev`: the page from its sources over a Muster that runs, behind the same one-time address, cookie and origin as the built page.
import { once } from 'node:events';
import { get } from 'node:http';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Child, startChild } from '../../cli/process/child.ts';
import { resolveRuntime } from '../../deploy/setup/runtimes.mjs';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { freePorts } from '../harness/ports.ts';

const DEV = join(import.meta.dirname, '../../deploy/setup/dev.mjs');

let pipeline: Pipeline;
let dev: Child;
let browser: Browser;
let port: number;

async function answers(): Promise<boolean> {
  const [response] = await once(get(`http://127.0.0.1:${port}/main.tsx`), 'response').catch(() => []);
  response?.resume();
  return response?.statusCode === 200;
}

beforeAll(async () => {
  pipeline = await startPipeline();
  [port = 0] = await freePorts(1);
  dev = startChild(
    {
      name: 'dev',
      command: process.execPath,
      args: [DEV, '--home', pipeline.home, '--port', String(port)],
      folders: [],
      files: [],
      readiness: {
        kind: 'ask',
        ask: async () => {
          if (!(await answers())) throw new Error('not ready');
        },
      },
    },
    join(pipeline.home, 'logs', 'dev.log'),
  );
  await dev.ready(60_000);
  browser = await chromium.launch({ executablePath: await resolveRuntime('chromium'), args: ['--no-sandbox', '--disable-gpu'] });
});
afterAll(async () => {
  await browser?.close();
  await dev?.stop(30_000);
  await pipeline?.stop();
});

/** The console's address with a token not spent yet, at the port of the page in work. */
async function address(): Promise<string> {
  const { stdout } = await pipeline.muster('status', '--json');
  const { search } = new URL(JSON.parse(stdout).addresses.webConsole);
  return `http://127.0.0.1:${port}/${search}`;
}

/** What is answered to a page that asks for a socket. */
async function statusOfSocket(path: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  };
  const request = get(`http://127.0.0.1:${port}${path}`, { headers: { ...upgrade, ...headers } });
  const [response, socket] = await Promise.race([once(request, 'upgrade'), once(request, 'response')]);
  socket?.destroy();
  request.destroy();
  return response.statusCode;
}

test('the page is made from its sources and speaks with the gateway', async () => {
  const page = await browser.newPage();
  await page.goto(await address());
  await page.getByRole('heading', { level: 1, name: 'Fleet' }).waitFor();
  await expect.poll(() => page.locator('footer.status').textContent()).toMatch(/connected \d+ ms/);
  expect(new URL(page.url()).pathname).toMatch(/^\/s\/[\w-]{32}\/$/);
  expect(await page.locator('script[src*="main.tsx"]').count()).toBe(1);
  await page.close();
});

test('a wrong token opens nothing, nor does a socket of another origin, whatever cookie it has', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  expect((await page.goto(`http://127.0.0.1:${port}/?token=guessed`))?.status()).toBe(403);
  await page.goto(await address());
  await page.getByRole('heading', { level: 1, name: 'Fleet' }).waitFor();
  const path = `${new URL(page.url()).pathname}socket`;
  const cookie = (await context.cookies(page.url())).map(({ name, value }) => `${name}=${value}`).join('; ');
  expect(await statusOfSocket(path, { cookie, origin: `http://127.0.0.1:${port}` })).toBe(101);
  expect(await statusOfSocket(path, { cookie, origin: `http://127.0.0.1:${port + 1}` })).toBe(404);
  expect(await statusOfSocket(path, { cookie })).toBe(404);
  expect(await statusOfSocket(path, { origin: `http://127.0.0.1:${port}` })).toBe(403);
  await context.close();
});

test('ends by a signal, and leaves the Muster that ran before it', async () => {
  expect(await dev.stop(30_000)).toEqual({ code: 0, signal: null });
  expect(pipeline.record().ready).toBe(true);
});
