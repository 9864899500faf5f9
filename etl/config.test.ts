import { expect, it } from 'vitest';
import { loadConfig } from '../core/node/config.ts';
import { ETL_DECLARATION, ledgerTtlDays, telemetryRetention } from './config.ts';

const load = (...argv: string[]) =>
  loadConfig('etl', ETL_DECLARATION, { argv: ['--nats-password-file=a', '--questdb-http-password-file=b', ...argv], env: {} });

it('keeps telemetry for days unless hours are set, and the ledger for two days at least', () => {
  expect(telemetryRetention(load('--telemetry-partition-by=week'))).toEqual({ ttlDays: 30, partitionBy: 'week' });
  const hours = telemetryRetention(load('--telemetry-ttl-hours=12', '--telemetry-partition-by=week'));
  expect(hours).toEqual({ ttlDays: 0.5, partitionBy: 'hour' });
  expect([ledgerTtlDays(0.5), ledgerTtlDays(2.5), ledgerTtlDays(30)]).toEqual([2, 3, 30]);
});

it.each(['1', '3', '169', '12.5', '-4'])('refuses %s hours', (hours) => {
  expect(() => load(`--telemetry-ttl-hours=${hours}`)).toThrow(/telemetryTtlHours/);
});
