import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { prepareDeployment } from './deployment-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-prepare-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');

it('gives each part its own secrets, for its owner alone, and keeps them at the next start', async () => {
  await prepareDeployment(folder, ['gateway', 'localhost', 'fleet.example']);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { parentPath, name } of files) expect(statSync(join(parentPath, name)).mode & 0o777, name).toBe(0o600);
  expect(readdirSync(join(folder, 'etl')).sort()).toEqual(['nats-etl', 'questdb-admin']);
  expect(readdirSync(join(folder, 'operator')).sort()).toEqual(['fleet-ca.crt', 'operator.token']);
  expect(readdirSync(join(folder, 'probes'))).toEqual(['fleet-ca.crt']);
  const first = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
  await prepareDeployment(folder, ['gateway', 'localhost', 'fleet.example']);
  expect(files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'))).toEqual(first);
});

it('writes durable settings that listen for the other containers, and a certificate with the names', () => {
  const nats = read('nats', 'nats-server.conf');
  expect(nats).toContain('listen: "0.0.0.0:4222"');
  expect(nats).toContain('store_dir: "/data/jetstream"');
  expect(nats).toContain('sync_interval: always');
  const questdb = read('questdb', 'conf', 'server.conf').split('\n');
  expect(questdb).toEqual(
    expect.arrayContaining([
      'http.bind.to=0.0.0.0:9000',
      'pg.net.bind.to=0.0.0.0:8812',
      'http.min.net.bind.to=127.0.0.1:9003',
      'cairo.commit.mode=sync',
      `http.password=${read('etl', 'questdb-admin').trim()}`,
    ]),
  );
  expect(new X509Certificate(read('gateway', 'gateway.crt')).checkHost('fleet.example')).toBe('fleet.example');
});

it('mends what a power cut has emptied of the database, and names a table that it cannot mend', async () => {
  const page = join(folder, 'questdb', 'public', 'version.txt');
  const txn = join(folder, 'questdb', 'db', 'cpu~3', '_txn');
  for (const file of [page, txn]) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    utimesSync(file, 1, 1);
  }
  const said: string[] = [];
  await prepareDeployment(folder, ['gateway', 'localhost', 'fleet.example'], (sentence) => said.push(sentence));
  expect(said).toEqual([expect.stringContaining('QuestDB unpacks'), expect.stringContaining(`move ${dirname(txn)} to another place`)]);
  expect(existsSync(page)).toBe(false);
  expect(existsSync(txn)).toBe(true);
});
