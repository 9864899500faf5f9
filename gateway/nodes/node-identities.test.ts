import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import type { RegistryEntry } from '../../core/common/registry-entry.ts';
import { NodeIdentities } from './node-identities.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const entry = (nodeId: string) => ({ nodeId, info: { name: nodeId, labels: {} }, enrolledMs: 1 }) as unknown as RegistryEntry;

/** A bucket in which some entries cannot be read. */
function stage(unreadable: Set<string>) {
  const entries = new Map(['a', 'b', 'c'].map((nodeId) => [nodeId, entry(nodeId)]));
  const told: string[] = [];
  const identities = new NodeIdentities({
    bucket: {
      get: (key) => (unreadable.has(key) ? undefined : entries.get(key)),
      swap: async (key, change) => {
        if (unreadable.has(key)) throw new MusterError('failed_precondition', `the entry ${key} cannot be read`);
        const after = change(entries.get(key));
        if (after !== undefined) entries.set(key, after);
        return entries.get(key);
      },
    },
    events: { identityLocked: () => undefined, retried: ({ error }) => void told.push(error) },
    changed: () => undefined,
    now: () => 7,
  });
  return { identities, entries, told };
}

it('writes the flags of all other nodes where the entry of one cannot be read, names that one, and writes it when it can be', async () => {
  const unreadable = new Set(['a']);
  const { identities, entries, told } = stage(unreadable);
  for (const nodeId of ['a', 'b', 'c']) identities.flag(nodeId, 'two machines use it');
  await vi.advanceTimersByTimeAsync(0);
  expect([...entries.values()].map(({ shared }) => shared?.problem)).toEqual([undefined, 'two machines use it', 'two machines use it']);
  expect(told).toContain('quarantine of node a: the entry a cannot be read');
  expect(told.filter((words) => !words.includes('node a'))).toEqual([]);
  unreadable.clear();
  await vi.advanceTimersByTimeAsync(1000);
  expect(entries.get('a')?.shared?.problem).toBe('two machines use it');
  expect(vi.getTimerCount()).toBe(0);
  identities.stop();
});
