// The order of starts and stops, with tiny programs in place of the parts.
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Part } from '../parts/part.ts';
import { isAlive } from '../process/process-info.ts';
import { StateFolder } from '../state/state-folder.ts';
import { type Addresses, readUpRecord, type UpRecord } from '../state/up-record.ts';
import { systemClock } from '../supervise/clock.ts';
import { Installation } from './installation.ts';
import type { UpPlan } from './up-plan.ts';

let state: StateFolder;
let journal: string;
beforeEach(() => {
  state = new StateFolder(mkdtempSync(join(tmpdir(), 'muster-installation-')));
  state.create();
  journal = join(state.home, 'journal');
});
afterEach(() => rmSync(state.home, { recursive: true }));

/** Notes its start and its end in the journal. */
function part(name: string, script = ''): Part {
  const text = `
    const { appendFileSync } = require('node:fs');
    const note = (word) => appendFileSync(${JSON.stringify(journal)}, word + ' ${name}\\n');
    process.on('SIGTERM', () => { note('end'); process.exit(0); });
    note('start');
    ${script}
    console.log(JSON.stringify({ ready: true, port: 1234 }));
    setInterval(() => {}, 1000);`;
  return { name, command: process.execPath, args: ['--eval', text], folders: [], files: [], readiness: { kind: 'line' } };
}

function installation(overrides: Partial<UpPlan> = {}, onChange: (record: UpRecord) => void = () => {}): Installation {
  const plan: UpPlan = {
    nats: part('nats'),
    questdb: part('questdb'),
    gateway: part('gateway'),
    etl: part('etl'),
    agent: part('agent'),
    consoleWeb: part('console-web'),
    addresses: { gateway: '127.0.0.1:1234' } as Addresses,
    ...overrides,
  };
  const prepareAgent = async (): Promise<void> => appendFileSync(journal, 'token\n');
  return new Installation({ state, plan, ports: { questdb: 99 }, clock: systemClock, prepareAgent, onChange });
}

const lines = (): string[] => readFileSync(journal, 'utf8').trimEnd().split('\n');

it('starts each part after those it needs, and ends them in reverse, nats-server last', async () => {
  const all = installation();
  await all.start();
  const starts = lines();
  const at = (line: string): number => starts.indexOf(line);
  expect(at('start nats')).toBeLessThan(at('start gateway'));
  expect(at('start nats')).toBeLessThan(at('start etl'));
  expect(at('start questdb')).toBeLessThan(at('start etl'));
  expect(at('start gateway')).toBeLessThan(at('token'));
  expect(at('token')).toBeLessThan(at('start agent'));
  expect(at('start gateway')).toBeLessThan(at('start console-web'));
  const record = readUpRecord(state.upFile);
  expect(record).toMatchObject({ ready: true, pid: process.pid, addresses: { gateway: '127.0.0.1:1234' } });
  expect(record?.parts.map(({ name, state: word, port }) => `${name} ${word} ${port}`)).toEqual([
    'nats running 1234',
    'questdb running 1234',
    'etl running 1234',
    'gateway running 1234',
    'agent running 1234',
    'console-web running 1234',
  ]);
  await all.stop();
  expect(lines().slice(-6)).toEqual(['end console-web', 'end agent', 'end gateway', 'end etl', 'end questdb', 'end nats']);
  expect(readUpRecord(state.upFile)).toMatchObject({ ready: false });
});

it('ends what runs and tells the first reason when a part does not start', async () => {
  const pids: number[] = [];
  const all = installation({ gateway: part('gateway', `console.error('port 7443 is in use'); process.exit(1);`) }, ({ parts }) =>
    pids.push(...parts.map(({ pid }) => pid)),
  );
  await expect(all.start()).rejects.toThrow('gateway ended with exit code 1 before it served: port 7443 is in use');
  expect(pids.filter((pid) => pid > 0 && isAlive(pid))).toEqual([]);
});

it('can be stopped while it starts', async () => {
  const all = installation({ questdb: { ...part('questdb'), args: ['--eval', 'setInterval(() => {}, 1000)'] } });
  const start = all.start();
  const outcome = expect(start).rejects.toThrow(/questdb|everything is ending/);
  await all.stop();
  await outcome;
  expect(all.record.parts.every(({ pid }) => pid === 0)).toBe(true);
});

it('keeps the parts running while its record cannot be written', async () => {
  const all = installation();
  await all.start();
  mkdirSync(`${state.upFile}.${process.pid}.part`);
  const pidOf = (name: string): number => all.record.parts.find((one) => one.name === name)?.pid ?? 0;
  const before = pidOf('etl');
  process.kill(before, 'SIGKILL');
  await vi.waitFor(
    () => expect(all.record).toMatchObject({ ready: true, parts: expect.arrayContaining([expect.objectContaining({ restarts: 1 })]) }),
    {
      timeout: 20_000,
      interval: 20,
    },
  );
  expect(pidOf('etl')).not.toBe(before);
  await all.stop();
  expect(all.record.parts.every(({ pid }) => pid === 0)).toBe(true);
});
