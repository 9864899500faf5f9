import { expect, test } from 'vitest';
import { fleetWords, signOf } from './fleet-words.ts';
import { drawSign, ICON_SIZE } from './tray-icon.ts';

test('a fleet in words; one that is not heard of is not called silent', () => {
  expect(fleetWords('prod', { live: 9988, silent: 5 })).toBe('prod: 9,988 live, 5 silent');
  expect(fleetWords('prod', {})).toBe('prod: no node yet');
  expect(fleetWords('prod', { never_seen: 40 })).toBe('prod: 40 never seen');
  expect(fleetWords('prod', { live: 1, unknown: 2 })).toBe('prod: 1 live, 2 in a state that this console does not know');
  expect(fleetWords('prod', null)).toBe('prod: not connected, states not known');
});

test('the worst of all fleets is the sign', () => {
  expect(signOf([{ live: 5 }, { live: 1, late: 1 }])).toBe('late');
  expect(signOf([{ live: 5 }, { silent: 1 }])).toBe('bad');
  expect(signOf([{ live: 5 }, null])).toBe('unknown');
  expect(signOf([{ live: 5 }])).toBe('ok');
  expect(signOf([{ live: 5, quarantined: 1 }])).toBe('late');
  expect(signOf([{ live: 5, unknown: 1 }])).toBe('unknown');
  // Nothing that is well has been seen.
  expect(signOf([{ never_seen: 40 }])).toBe('unknown');
  expect(signOf([{}])).toBe('unknown');
});

test('each sign has a shape of its own, with clear corners', () => {
  const shapes = (['ok', 'late', 'bad', 'unknown'] as const).map((sign) => {
    const pixels = drawSign(sign);
    expect(pixels[3]).toBe(0);
    return Array.from({ length: ICON_SIZE * ICON_SIZE }, (_, index) => ((pixels[index * 4 + 3] ?? 0) > 127 ? 1 : 0)).join('');
  });
  expect(new Set(shapes).size).toBe(4);
});
