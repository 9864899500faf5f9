import { describe, expect, it } from 'vitest';
import { parseRoute } from './route.ts';
import { timeOf, withTime } from './time-address.ts';
import { FIRST_SPAN_MS } from './time-range.ts';

const NOW = Date.parse('2026-12-01T18:00:00Z');
const PAST = { kind: 'past', fromMs: Date.parse('2026-12-01T17:21:30.500Z'), toMs: Date.parse('2026-12-01T17:36:30Z') } as const;

describe('the time of an address', () => {
  it('comes back as it was, beside what else the address says', () => {
    const address = withTime('#/fleet?filter=region%3Agh+cpu%3E80', PAST);
    expect(timeOf(address, NOW)).toEqual(PAST);
    expect(parseRoute(address)).toEqual({ page: 'fleet', filter: 'region:gh cpu>80' });
    expect(withTime(address, { kind: 'live', spanMs: FIRST_SPAN_MS })).toBe('#/fleet?filter=region%3Agh+cpu%3E80');
    expect(timeOf(withTime('#/node/a/disks', { kind: 'live', spanMs: 21_600_000 }))).toEqual({ kind: 'live', spanMs: 21_600_000 });
    expect(parseRoute(withTime('#/node/a/disks', PAST))).toEqual({ page: 'node', nodeId: 'a', section: 'disks' });
  });

  it('is none where it makes no sense', () => {
    for (const time of ['', 'last-0s', 'last-99999999999s', 'x/y', '2026-12-01T17:36:30Z', '2026-12-02T00:00:00Z/2026-12-01T00:00:00Z'])
      expect(timeOf(`#/fleet?time=${time}`)).toBeUndefined();
    expect(timeOf('#/fleet')).toBeUndefined();
  });
});
