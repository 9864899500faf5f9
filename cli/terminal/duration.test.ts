import { expect, it } from 'vitest';
import { durationSetting } from '../../core/node/setting-types.ts';
import { agentInterval, durationMs, durationSeconds, parseDurationSeconds } from './duration.ts';

it('reads durations alike, and bare numbers as seconds', () => {
  expect(['150', '150s', '2m', '24h', '90d'].map(parseDurationSeconds)).toEqual([150, 150, 120, 86_400, 7_776_000]);
  expect(() => parseDurationSeconds('soon')).toThrow('A number of seconds, or one with a unit, is needed');
  expect(() => parseDurationSeconds('0')).toThrow('Expected a time from 1s to ');
  expect(durationSeconds(0, 600)('10m')).toBe(600);
  expect(() => durationSeconds(1, 60)('2m')).toThrow('Expected a time from 1s to 1m.');
});

it('reads bare numbers as milliseconds where the option says so', () => {
  const read = durationMs(100, 60_000);
  expect(['250', '500ms', '2s', '1m'].map(read)).toEqual([250, 500, 2000, 60_000]);
  expect(() => read('5')).toThrow('from 100 to 60000 milliseconds');
});

it('writes defaults as people do', () => {
  expect([3600, 86_400, 90, 45, 0].map(parseDurationSeconds.shown)).toEqual(['1h', '1d', '90s', '45s', '']);
});

it('writes the interval of an agent as its setting takes it', () => {
  const setting = durationSetting('1s');
  for (const [text, written, ms] of [
    ...([
      ['10', '10s', 10_000],
      ['10s', '10s', 10_000],
      ['500ms', '500ms', 500],
      ['2min', '2m', 120_000],
      ['5 s', '5s', 5000],
    ] as const),
    ...([
      ['1.5m', '90s', 90_000],
      ['0.25', '250ms', 250],
      ['60m', '1h', 3_600_000],
      ['100ms', '100ms', 100],
    ] as const),
  ]) {
    expect(agentInterval(text), text).toBe(written);
    expect(setting.parse(agentInterval(text)), text).toBe(ms);
  }
});

it.each(['0', '99ms', '1d', '2h', '3601', 'soon'])('refuses the interval %s, as the agent would', (text) => {
  expect(() => agentInterval(text)).toThrow('Expected a time from 100ms to 1h');
});
