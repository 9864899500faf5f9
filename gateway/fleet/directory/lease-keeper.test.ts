import { describe, expect, it } from 'vitest';
import { toLease } from './lease-keeper.ts';

describe('the lease of several watchers', () => {
  it('is as quick as the quickest and as wide as all together', () => {
    const lease = toLease([
      { nodeIds: ['a'], measurements: ['cpu', 'load'], intervalMs: 1000 },
      { nodeIds: ['a'], measurements: ['memory', 'cpu'], intervalMs: 200 },
    ]);
    expect(lease).toEqual({ measurements: ['cpu', 'load', 'memory'], intervalMs: 200, durationMs: 15_000 });
  });

  it('is for all measurements as soon as one wants all', () => {
    const lease = toLease([
      { nodeIds: ['a'], measurements: ['cpu'], intervalMs: 1000 },
      { nodeIds: ['a'], measurements: [], intervalMs: 1000 },
    ]);
    expect(lease.measurements).toEqual([]);
  });

  it('ends when nobody watches', () => {
    expect(toLease([]).durationMs).toBe(0);
  });
});
