// Times in the night in which the clock is set back: the hour from 02:00 to 03:00 comes twice.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { formatField, parseField } from '../shell/time-field.ts';
import { formatMoment, setZone, zoneName } from './format.ts';

const at = (time: string): number => Date.parse(`2026-10-25T${time}Z`);

beforeAll(() => {
  vi.stubEnv('TZ', 'Europe/Berlin');
  setZone('local');
});
afterAll(() => {
  vi.unstubAllEnvs();
  setZone('local');
});

test('a zone is named as it is at the moment it stands beside', () => {
  expect([zoneName(at('00:59:59')), zoneName(at('01:00:00'))]).toEqual(['CEST', 'CET']);
});

test('a moment before the change says its zone, one after it does not', () => {
  expect(formatMoment(at('00:40:00'), at('01:10:00'))).toBe('02:40:00 CEST');
  expect(formatMoment(at('01:05:00'), at('01:10:00'))).toBe('02:05:00');
  expect(formatMoment(at('00:40:00'), at('00:50:00'))).toBe('02:40:00');
});

test('both of the two hours come back from the field as the moment that went in', () => {
  for (const time of ['00:30:00', '01:30:00', '00:59:59', '01:00:00', '12:00:00']) {
    expect(parseField(formatField(at(time)), at('12:00:00')), formatField(at(time))).toBe(at(time));
  }
  expect([formatField(at('00:30:00')), formatField(at('01:30:00'))].filter((text) => text.includes('+'))).toHaveLength(1);
});
