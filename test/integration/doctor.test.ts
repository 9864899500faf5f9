// The doctor at a real pipeline: well, then with a table suspended and its database hanging.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Finding } from '../../cli/doctor/finding.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';

let pipeline: Pipeline;
beforeAll(async () => {
  // Dev mode lets a statement suspend a table, as a full disk would.
  pipeline = await startPipeline({ agent: true, env: { QDB_DEV_MODE_ENABLED: 'true' } });
});
afterAll(() => pipeline?.stop());

async function examine(...args: string[]): Promise<{ code: number; ok: boolean; findings: Finding[] }> {
  const { code, stdout } = await pipeline.muster('doctor', '--json', ...args);
  return { code, ...(JSON.parse(stdout) as { ok: boolean; findings: Finding[] }) };
}

const problems = (findings: readonly Finding[]): Finding[] => findings.filter(({ level }) => level === 'problem');

it('finds no problem where all is well, and looks at everything', async () => {
  const { code, ok, findings } = await until('a fleet that is well', async () => {
    const found = await examine();
    return found.ok ? found : undefined;
  });
  expect([code, ok]).toEqual([0, true]);
  expect(new Set(findings.map(({ check }) => check))).toEqual(
    new Set([
      ...['parts', 'ports', 'certificate', 'fleet CA', 'gateway', 'clock', 'durability', 'lag', 'stream', 'disk', 'completeness', 'tables'],
      ...['dead letters', 'nodes', 'clocks', 'spools', 'agents', 'ledger', 'audit'],
    ]),
  );
  expect(findings.find(({ check }) => check === 'audit')?.detail).toMatch(/^whole: \d+ records$/);
  expect(findings.find(({ check }) => check === 'certificate')?.detail).toMatch(/ 36[45] days$/);
});

it('tells which table is suspended, in the words of the database', async () => {
  await pipeline.sql('create table halted (timestamp timestamp, v double) timestamp(timestamp) partition by day wal');
  await pipeline.sql("alter table halted suspend wal with 28, 'No space left on device'");
  const table = await until('it is found', async () => problems((await examine()).findings).find(({ check }) => check === 'tables'));
  expect(table.detail).toMatch(/^halted is suspended: .*No space left on device/);
  expect(table.advice).toContain('RESUME WAL');
});

it('tells what hangs, what to do, and that the gateway is not there', async () => {
  const { pid } = pipeline.part('questdb');
  process.kill(pid, 'SIGSTOP');
  try {
    const { code, findings } = await examine();
    expect(code).toBe(1);
    expect(problems(findings).map(({ check }) => check)).toContain('ledger');
    for (const { check, advice } of problems(findings)) expect(advice, check).not.toBe('');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const { code, findings } = await examine('--gateway', '127.0.0.1:1');
  expect(code).toBe(69);
  expect(problems(findings).map(({ check }) => check)).toEqual(['ports', 'certificate', 'gateway', 'path', 'nodes', 'ledger']);
});
