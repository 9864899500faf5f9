import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { agentLiveness, consoleLiveness, EtlProgress, type EtlSeen } from './muster-liveness.ts';

let server: Server | undefined;
afterEach(() => new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve()))));

it('takes any answer of a web server for life, and none for death', async () => {
  server = createServer((_, response) => response.writeHead(401).end('who are you'));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await consoleLiveness(port).ask()).toBe(true);
  await new Promise<void>((resolve) => server?.close(() => resolve()));
  await expect(consoleLiveness(port).ask()).rejects.toThrow('ECONNREFUSED');
});

it('asks an agent on its socket, and not where the path is too long for one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-live-'));
  mkdirSync(join(folder, 'run'));
  server = createServer((_, response) => response.end('{}'));
  await new Promise<void>((resolve) => server?.listen(join(folder, 'run', 'agent.sock'), resolve));
  expect(await agentLiveness(folder).ask()).toBe(true);
  await expect(agentLiveness(join(folder, 'other')).ask()).rejects.toThrow('ENOENT');
  expect(await agentLiveness(join(folder, 'x'.repeat(100))).ask()).toBe(false);
  rmSync(folder, { recursive: true });
});

const seen = (timeMs: number, storedFloor: number, newestSeq: number, problems: string[] = []): EtlSeen => ({
  status: { timeMs, storedFloor, suspendedTables: [], problems },
  newestSeq,
});

it('tells an ETL that says nothing more, and one that stores nothing though messages wait', () => {
  const progress = new EtlProgress();
  expect(progress.judge(undefined, 0)).toBe(false);
  expect(progress.judge(seen(1, 5, 5), 0)).toBe(true);
  expect(() => progress.judge(seen(1, 5, 5), 15_000)).toThrow('it has said nothing of itself since the last look');
  expect(progress.judge(seen(2, 5, 9), 30_000)).toBe(true);
  expect(progress.judge(seen(3, 5, 9), 600_000)).toBe(true);
  expect(() => progress.judge(seen(4, 5, 9), 631_000)).toThrow('it stores nothing for 10 min, tells no problem, and messages wait');
  expect(progress.judge(seen(5, 6, 9), 640_000)).toBe(true);
});

it('leaves an ETL alone that has nothing to store, or says why it does not', () => {
  const progress = new EtlProgress();
  for (let i = 1; i < 200; i++) expect(progress.judge(seen(i, 5, 5), i * 15_000)).toBe(true);
  for (let i = 200; i < 400; i++) expect(progress.judge(seen(i, 5, 9, ['QuestDB does not answer']), i * 15_000)).toBe(true);
});
