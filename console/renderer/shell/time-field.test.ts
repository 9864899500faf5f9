import { beforeEach, describe, expect, it } from 'vitest';
import { setZone } from '../widgets/format.ts';
import { formatField, parseField } from './time-field.ts';

const NOW = Date.parse('2026-12-01T17:24:53Z');

describe('a moment as it is typed', () => {
  beforeEach(() => setZone('utc'));

  it('has 24 hours and comes back as it was', () => {
    expect(formatField(NOW)).toBe('2026-12-01 17:24:53');
    expect(parseField(formatField(NOW), 0)).toBe(NOW);
  });

  it.each([
    ['2026-12-01T17:24:53', '2026-12-01T17:24:53Z'],
    ['2026-12-01 9:05', '2026-12-01T09:05:00Z'],
    ['2026-11-30', '2026-11-30T00:00:00Z'],
    ['06:30', '2026-12-01T06:30:00Z'],
    ['2026-10-25 02:30 +02:00', '2026-10-25T00:30:00Z'],
    ['2026-10-25 02:30 +0100', '2026-10-25T01:30:00Z'],
    ['2026-12-01T17:24:53Z', '2026-12-01T17:24:53Z'],
  ])('%s is %s', (text, iso) => expect(parseField(text, NOW)).toBe(Date.parse(iso)));

  it.each(['', 'noon', '2026-13-01', '2026-02-30 10:00', '25:00', '05:24:53 PM', '12'])('%j is none', (text) =>
    expect(parseField(text, NOW)).toBeNaN(),
  );
});
