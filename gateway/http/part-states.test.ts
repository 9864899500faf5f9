import { expect, it } from 'vitest';
import type { EtlStatus } from '../../core/common/streams.ts';
import { type PartSources, partStates, worstOf } from './part-states.ts';

const NOW_MS = 1_796_000_000_000;
const ETL: EtlStatus = {
  ...{ timeMs: NOW_MS - 1000, rowsStored: 5, rowsPerSecond: 1, newestStoredUs: 0, storedFloor: 0, deadLetters: {} },
  ...{ suspendedTables: [], problems: [], commitMode: 'sync' },
};
const WELL: PartSources = { nats: () => true, etl: async () => ETL, database: async () => undefined };
const states = async (sources: Partial<PartSources>, problem?: string) => {
  const { parts } = await partStates({ ...WELL, ...sources }, problem, NOW_MS);
  return [worstOf(parts), ...Object.entries(parts).map(([part, { state }]) => `${part} ${state}`)];
};

it('has a word for each part', async () => {
  expect(await states({})).toEqual(['ok', 'gateway ok', 'nats ok', 'questdb ok', 'etl ok']);
  expect(await states({}, 'too much waits')).toEqual(['degraded', 'gateway degraded', 'nats ok', 'questdb ok', 'etl ok']);
});

it('does not call the ETL well while nats-server, which has its report, is away', async () => {
  expect(await states({ nats: () => false, etl: () => Promise.reject(new Error('not asked')) }, 'nats-server is not connected')).toEqual([
    ...['failing', 'gateway ok', 'nats failing', 'questdb ok', 'etl unknown'],
  ]);
});

it('tells an ETL that never reported from one that is silent and one with problems', async () => {
  expect(await states({ etl: async () => undefined })).toContain('etl unknown');
  expect(await states({ etl: async () => ({ ...ETL, timeMs: NOW_MS - 16_000 }) })).toContain('etl failing');
  expect(await states({ etl: async () => ({ ...ETL, problems: ['the disk is nearly full'] }) })).toContain('etl degraded');
  expect(await states({ etl: () => Promise.reject(new Error('timeout')) })).toContain('etl unknown');
});

it('tells a database that does not answer from one with a suspended table', async () => {
  expect(await states({ database: () => Promise.reject(new Error('refused')) })).toContain('questdb failing');
  const suspended = { ...ETL, suspendedTables: [{ table: 'cpu', error: 'disk full', sinceMs: 1 }] };
  expect(await states({ etl: async () => suspended })).toContain('questdb degraded');
});
