import { describe, expect, it } from 'vitest';
import { type HeardFacts, stateOf } from './node-state.ts';

const facts: HeardFacts = {
  enrolledMs: 1000,
  heardMs: 100_000,
  liveSinceMs: 50_000,
  sampled: true,
  intervalMs: 1000,
  quarantinedSinceMs: 0,
  kind: 'NODE_KIND_MACHINE',
  gateway: 'gateway-1',
};

describe('the state of a node', () => {
  it.each([
    [0, 'NODE_STATE_LIVE', 50_000],
    [3000, 'NODE_STATE_LIVE', 50_000],
    [3001, 'NODE_STATE_LATE', 103_000],
    [30_000, 'NODE_STATE_LATE', 103_000],
    [30_001, 'NODE_STATE_SILENT', 130_000],
  ])('%i ms after it was heard: %s', (quietMs, state, sinceMs) => {
    expect(stateOf(facts, facts.heardMs + quietMs)).toEqual({ state, sinceMs });
  });

  it('is silent only after ten intervals where these are long', () => {
    const slow = { ...facts, intervalMs: 10_000 };
    expect(stateOf(slow, facts.heardMs + 31_000).state).toBe('NODE_STATE_LATE');
    expect(stateOf(slow, facts.heardMs + 100_001)).toEqual({ state: 'NODE_STATE_SILENT', sinceMs: 200_000 });
  });

  it('does not call a node late that samples faster than it sends', () => {
    expect(stateOf({ ...facts, intervalMs: 100 }, facts.heardMs + 2000).state).toBe('NODE_STATE_LIVE');
  });

  it('has never seen a node that sent no sample, however often it said hello', () => {
    expect(stateOf({ ...facts, sampled: false }, facts.heardMs)).toEqual({ state: 'NODE_STATE_NEVER_SEEN', sinceMs: 1000 });
  });

  it('puts quarantine before all else', () => {
    expect(stateOf({ ...facts, quarantinedSinceMs: 7 }, facts.heardMs)).toEqual({ state: 'NODE_STATE_QUARANTINED', sinceMs: 7 });
  });
});

describe('what is no machine', () => {
  it.each(['NODE_KIND_PUSH', 'NODE_KIND_IMPORT', 'NODE_KIND_EXTRACTION', 'NODE_KIND_SMOKE'] as const)(
    '%s is live while rows come, then idle, and missed by nobody',
    (kind) => {
      const source = { ...facts, kind, gateway: '' };
      expect(stateOf(source, facts.heardMs + 3000).state).toBe('NODE_STATE_LIVE');
      expect(stateOf(source, facts.heardMs + 3001)).toEqual({ state: 'NODE_STATE_IDLE', sinceMs: 103_000 });
      expect(stateOf(source, facts.heardMs + 86_400_000).state).toBe('NODE_STATE_IDLE');
      expect(stateOf({ ...source, sampled: false }, facts.heardMs).state).toBe('NODE_STATE_IDLE');
    },
  );

  it('a simulated agent is missed while its stream is open, and idle once it has ended', () => {
    const simulated = { ...facts, kind: 'NODE_KIND_SIMULATION' } as const;
    expect(stateOf(simulated, facts.heardMs + 30_001).state).toBe('NODE_STATE_SILENT');
    expect(stateOf({ ...simulated, gateway: '' }, facts.heardMs + 30_001).state).toBe('NODE_STATE_IDLE');
  });
});
