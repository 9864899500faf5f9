import { describe, expect, it } from 'vitest';
import { type Recorded, ROWS_A_MINUTE, type StateRow, StateWatch, type WatchedNode } from './state-watch.ts';

const START = 1_000_000;
const machine = (more: Partial<WatchedNode> = {}): WatchedNode => ({
  ...{ nodeId: 'web-1', registered: true, problem: '', kind: 'NODE_KIND_MACHINE', gateway: 'gateway-1', enrolledMs: 1000, sampled: true },
  ...{ heardMs: START, provenMs: START, liveSinceMs: START, intervalMs: 1000, quarantinedSinceMs: 0, ...more },
});
const heardAt = (ms: number, more: Partial<WatchedNode> = {}): WatchedNode =>
  machine({ heardMs: ms, provenMs: ms, liveSinceMs: ms, ...more });
const watch = (recorded: Record<string, Recorded> = {}, sinceMs = START, lostSince: (ms: number) => number = () => 0): StateWatch =>
  new StateWatch(new Map(Object.entries(recorded)), { sinceMs, lostSince });
const told = (rows: readonly StateRow[]): string[] =>
  rows.map(
    ({ from, to, atMs, standing, folded }) =>
      `${from ?? '-'}>${to} ${atMs - START}${standing ? ' still' : ''}${folded ? ` +${folded}` : ''}`,
  );

describe('changes of state', () => {
  it('have a row each, with when they became true and not when they were noticed', () => {
    const states = watch({ 'web-1': { state: 'live', atMs: START - 50_000 } });
    const rows = [500, 3700, 4500, 30_900, 31_500].flatMap((ms) => states.note(machine(), START + ms));
    rows.push(...states.note(heardAt(START + 40_000), START + 40_000), ...states.note(heardAt(START + 40_000), START + 41_000));
    expect(told(rows)).toEqual(['live>late 3000', 'late>silent 30000', 'silent>live 40000']);
  });

  it('of a node that enrols while it is watched begin with that, and one that stood before begins with what it is', () => {
    const states = watch();
    const fresh = machine({ nodeId: 'new', enrolledMs: START + 5, sampled: false, heardMs: 0, provenMs: 0 });
    expect(told(states.note(fresh, START + 9))).toEqual(['->never_seen 5']);
    expect(told(states.note(heardAt(START + 20, { nodeId: 'new' }), START + 20))).toEqual(['never_seen>live 20']);
    expect(told(states.note(machine({ liveSinceMs: START - 9 }), START + 100))).toEqual(['->live 100 still']);
  });

  it('are not told of a node that was quiet only while this gateway stood still; one that is, became so when it was missed', () => {
    // It stood still from 1 s to 3.5 s.
    const lostSince = (ms: number): number => (ms < START + 3500 ? 2500 : 0);
    const states = watch({ 'web-1': { state: 'live', atMs: 5 } }, START, lostSince);
    expect([3500, 3600].flatMap((ms) => states.note(machine({ heardMs: START + 100, provenMs: START + 100 }), START + ms))).toEqual([]);
    expect([...states.open]).toEqual(['web-1']);
    expect(states.note(heardAt(START + 3700), START + 3700)).toEqual([]);
    expect(states.open.size).toBe(0);
    const dead = watch({ 'web-1': { state: 'live', atMs: 5 } }, START, lostSince);
    expect(told([3500, 5500, 5600, 32_000, 33_000].flatMap((ms) => dead.note(machine(), START + ms)))).toEqual([
      'live>late 3000',
      'late>silent 30000',
    ]);
  });

  it('stand behind every earlier row of their node', () => {
    const states = watch({ 'web-1': { state: 'live', atMs: 5 } });
    expect(told(states.standing(machine(), START + 3200))).toEqual(['live>live 3200 still']);
    expect(told(states.note(machine(), START + 3400))).toEqual(['live>late 3201']);
    expect(told(states.standing(machine(), START + 9000))).toEqual(['late>late 9000 still']);
    expect(told(states.note(machine({ registered: false }), START + 8000))).toEqual(['late>removed 9001']);
  });

  it('are told of quarantine, of a removed node, and of a simulation whose stream ended; of no source', () => {
    const states = watch({ 'web-1': { state: 'live', atMs: 5 } });
    expect(told(states.note(machine({ quarantinedSinceMs: START + 7, problem: 'twins' }), START + 8))).toEqual(['live>quarantined 7']);
    expect(told(states.note(machine({ registered: false }), START + 9))).toEqual(['quarantined>removed 9']);
    expect(states.note(machine({ registered: false }), START + 10)).toEqual([]);
    const simulated = { nodeId: 's', kind: 'NODE_KIND_SIMULATION', liveSinceMs: START } as const;
    states.note(machine(simulated), START + 1);
    expect(told(states.note(machine({ ...simulated, gateway: '' }), START + 3500))).toEqual(['live>idle 3000']);
    expect(states.note(machine({ nodeId: 'p', kind: 'NODE_KIND_PUSH', gateway: '' }), START + 3500)).toEqual([]);
  });
});

describe('a gateway that begins', () => {
  it('goes on asking of a node that the record alone has heard, until its quiet is told', () => {
    const states = watch({ 'web-1': { state: 'live', atMs: START - 500 } });
    const unheard = machine({ sampled: false, heardMs: 0, provenMs: 0, gateway: '' });
    expect(told([1000, 2000].flatMap((ms) => states.note(unheard, START + ms)))).toEqual([]);
    expect([...states.unproven]).toEqual(['web-1']);
    expect(told([3100, 29_900, 30_100].flatMap((ms) => states.note(unheard, START + ms)))).toEqual(['live>late 3000', 'late>silent 30000']);
    expect([...states.unproven]).toEqual([]);
  });

  const before = heardAt(START - 40_000);

  it('says nothing of a node that nobody may have listened to, until quiet or a sample tells', () => {
    const live = watch({ 'web-1': { state: 'live', atMs: 5 } });
    expect([0, 5000, 29_900].flatMap((ms) => live.note(before, START + ms))).toEqual([]);
    expect([...live.open]).toEqual(['web-1']);
    // It came back: nothing has changed.
    expect(live.note(heardAt(START + 6000), START + 6000)).toEqual([]);
    expect(live.open.size).toBe(0);
    const died = watch({ 'web-1': { state: 'live', atMs: 5 } });
    expect(told([3000, 20_000, 30_500].flatMap((ms) => died.note(before, START + ms)))).toEqual(['live>silent 30000']);
  });

  it('doubles nothing that is recorded already', () => {
    const states = watch({ 'web-1': { state: 'silent', atMs: START - 400_000 } });
    const gone = heardAt(START - 500_000);
    expect([0, 2900].flatMap((ms) => states.note(gone, START + ms))).toEqual([]);
    expect(states.open.size).toBe(1);
    // Were it back, it would have been heard by now.
    expect(states.note(gone, START + 3100)).toEqual([]);
    expect(states.open.size).toBe(0);
    expect([31_000, 600_000].flatMap((ms) => states.note(gone, START + ms))).toEqual([]);
  });

  it('does not take a supposed end of a stream for a sign of life', () => {
    const states = watch({ 'web-1': { state: 'live', atMs: 5 } });
    expect(states.note({ ...before, heardMs: START + 1 }, START + 2000)).toEqual([]);
    expect([...states.open]).toEqual(['web-1']);
  });

  it('does not forget that a node was heard where the ledger has nothing of it', () => {
    const unsampled = machine({ sampled: false, heardMs: 0, provenMs: 0 });
    const states = watch({ 'web-1': { state: 'live', atMs: 5 } });
    expect(states.note(unsampled, START + 1)).toEqual([]);
    expect([...states.open]).toEqual(['web-1']);
    expect(told(states.note(unsampled, START + 30_100))).toEqual(['live>silent 30000']);
    const dead = watch({ 'web-1': { state: 'silent', atMs: 5 } });
    expect([1, 3100, 90_000].flatMap((ms) => dead.note(unsampled, START + ms))).toEqual([]);
    expect(dead.open.size).toBe(0);
  });

  it('tells which nodes were removed meanwhile, and gives up one by one what nobody can tell', () => {
    const states = watch({ 'web-1': { state: 'live', atMs: 5 }, old: { state: 'silent', atMs: 5 }, older: { state: 'removed', atMs: 4 } });
    const removed = (id: string): boolean => id === 'old';
    expect(told([...states.missing((id) => id === 'web-1', removed, START + 2)])).toEqual(['silent>removed 2']);
    states.note(before, START);
    expect(told(states.giveUp(before, START + 3))).toEqual(['live>unknown 3']);
    expect(states.giveUp(before, START + 4)).toEqual([]);
    expect(told(states.note(heardAt(START + 8), START + 8))).toEqual(['unknown>live 8']);
  });

  it('calls a node unknown, and not removed, that the registry does not name and nobody took out, and hears it again', () => {
    const states = watch({ 'web-1': { state: 'live', atMs: 5 }, lost: { state: 'unknown', atMs: 5 } });
    const nobody = (): boolean => false;
    const rows = [...states.missing(nobody, nobody, START + 2)];
    expect(told(rows)).toEqual(['live>unknown 2']);
    expect(rows[0]?.problem).toContain('the registry has no entry');
    expect([...states.missing(nobody, nobody, START + 3)]).toEqual([]);
    // It enrolled anew, and nothing says yet that it was heard: it was, before.
    const unsampled = machine({ sampled: false, heardMs: 0, provenMs: 0 });
    expect(told(states.note(unsampled, START + 90_000))).not.toContain('unknown>never_seen 90000');
  });

  it('counts quiet anew when it could not listen for a while', () => {
    const states = watch({ 'web-1': { state: 'live', atMs: 5 } });
    expect(states.note(machine(), START + 1000)).toEqual([]);
    states.listenAnew(START + 60_000);
    expect([60_000, 80_000].flatMap((ms) => states.note(machine(), START + ms))).toEqual([]);
    expect(told(states.note(machine(), START + 90_100))).toEqual(['live>silent 90000']);
  });
});

describe('bounds', () => {
  it('folds the changes of a flapping node into one row a minute, with their count', () => {
    const states = watch({ 'web-1': { state: 'late', atMs: 5 } });
    const rows: StateRow[] = [];
    for (let change = 0; change < 25; change++) {
      const ms = START + change * 1000;
      const node = change % 2 === 0 ? heardAt(ms) : heardAt(ms - 3001);
      rows.push(...states.note(node, ms));
    }
    expect(rows).toHaveLength(ROWS_A_MINUTE);
    expect(rows.at(-1)?.to).toBe('late');
    expect(states.unfolded(START + 59_000)).toEqual([]);
    // What it was written to be is no longer so.
    expect(states.standing(heardAt(START + 24_000), START + 59_000)).toEqual([]);
    expect(states.unfolded(START + 60_000)).toEqual(['web-1']);
    const last = states.note(heardAt(START + 24_000), START + 26_000);
    expect(last.map(({ from, to, atMs, folded }) => [from, to, atMs - START, folded])).toEqual([]);
    const [row] = states.note(heardAt(START + 59_500, { liveSinceMs: START + 24_000 }), START + 60_000);
    expect(row).toMatchObject({ from: 'late', to: 'live', atMs: START + 24_000 });
    expect(row?.folded).toBeGreaterThan(10);
  });

  it('writes what stands for long anew, a few at a time', () => {
    const recorded = Object.fromEntries(
      Array.from({ length: 5 }, (_, i) => [`n${i}`, { state: 'live', atMs: i < 3 ? 5 : START } as const]),
    );
    const states = watch(recorded, START + 80_000_000);
    const nowMs = START + 73_000_000 - 10;
    expect(states.aged(nowMs, 2)).toEqual(['n0', 'n1']);
    expect(told(states.standing(machine({ nodeId: 'n0' }), nowMs))).toEqual([`live>live ${nowMs - START} still`]);
    expect(states.aged(nowMs, 2)).toEqual(['n2', 'n3']);
    expect(states.aged(nowMs, 2)).toEqual(['n4']);
    expect(states.aged(nowMs, 9)).not.toContain('n0');
  });
});
