import { expect, test } from 'vitest';
import { CrashReloads } from './crash-reloads.ts';

test('a page that dies at once each time is loaded later each time, and then only by a person', () => {
  const reloads = new CrashReloads();
  let nowMs = 0;
  const waits: (number | undefined)[] = [];
  for (let crash = 0; crash < 6; crash++) {
    const wait = reloads.crashed(nowMs);
    waits.push(wait);
    nowMs += (wait ?? 0) + 100;
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, undefined]);
  reloads.forget();
  expect(reloads.crashed(nowMs)).toBe(500);
});

test('a page that lived for a while begins anew', () => {
  const reloads = new CrashReloads();
  for (let crash = 0; crash < 4; crash++) reloads.crashed(crash);
  expect(reloads.crashed(70_000)).toBe(500);
});
