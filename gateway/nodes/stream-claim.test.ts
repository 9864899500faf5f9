import { expect, it } from 'vitest';
import type { PresenceEntry } from '../../core/common/streams.ts';
import { claimStream } from './stream-claim.ts';

/** Which of these streams, opened one after the other a second apart, are told that there are two machines. */
function conflicts(instances: string[], apartMs = 1000): number[] {
  let entry: PresenceEntry | undefined;
  const found: number[] = [];
  for (const [i, instance] of instances.entries()) {
    const { claim, conflict } = claimStream(entry, instance, i * apartMs);
    if (conflict) found.push(i);
    else entry = { gateway: 'g', sinceMs: 0, session: String(i), problem: '', ...claim };
  }
  return found;
}

it('is no conflict where one process reconnects, however often', () => {
  expect(conflicts(Array.from({ length: 100 }, () => 'a'))).toEqual([]);
});

it('is no conflict where an agent restarts or its machine reboots, however often', () => {
  expect(conflicts(Array.from({ length: 100 }, (_, i) => `process ${i}`))).toEqual([]);
  expect(conflicts(['a', 'a', 'b', 'b', 'c', 'c'])).toEqual([]);
});

it('is no conflict where the last word of a process that ended comes late', () => {
  expect(conflicts(['a', 'b', 'a', 'b'].slice(0, 3))).toEqual([]);
});

it('is one where two processes take turns, within some seconds, and stays one', () => {
  expect(conflicts(['a', 'b', 'a', 'b', 'b'])).toEqual([3, 4]);
  expect(conflicts(['a', 'b', 'c', 'a', 'b', 'c'])).toEqual([4, 5]);
});

it('forgets a return of long ago, and never lowers the number', () => {
  expect(conflicts(['a', 'b', 'a', 'b'], 700_000)).toEqual([]);
  let entry: PresenceEntry | undefined;
  for (let i = 1; i <= 3; i++) {
    const { claim } = claimStream(entry, i === 2 ? '' : 'a', 0);
    expect(claim.stream).toBe(i);
    entry = { gateway: 'g', sinceMs: 0, session: 's', problem: '', ...claim };
  }
});
