import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reconcile } from './ledger.ts';
import { CrashModel, type Mutation, type Step } from './ledger-crash-model.fixture.ts';

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('collect' as const), rows: fc.integer({ min: 0, max: 3 }) }) },
  { weight: 6, arbitrary: fc.constant({ do: 'send' as const }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('publish' as const), ackLost: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ do: 'refuse' as const }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('fetch' as const), messages: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('store' as const), dieAfterRows: fc.boolean() }) },
  { weight: 3, arbitrary: fc.constant({ do: 'acknowledge' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'sync' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'purge' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('kill' as const),
      part: fc.constantFrom('agent' as const, 'gateway' as const, 'etl' as const, 'database' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'replace_spool' as const }) },
);
const steps = fc.array(step, { maxLength: 120, size: 'max' });

describe('the ledger over a path that crashes', () => {
  it('calls nothing lost, at any moment, but what the agent is about to tell of', () => {
    fc.assert(
      fc.property(steps, (run) => {
        const model = new CrashModel('none');
        for (const next of run) {
          model.step(next);
          expect(model.trulyLost()).toEqual([]);
          expect(model.untold()).toEqual(expect.arrayContaining(namedBy(model)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('ends with every row of every batch once, and with an account that says so', () => {
    fc.assert(
      fc.property(steps, (run) => {
        const model = new CrashModel('none');
        for (const next of run) model.step(next);
        model.settle();
        const { stored, expected } = model.rows();
        expect(stored).toEqual(expected);
        expect(reconcile(model.ledger())).toMatchObject({ lost: 0, undecided: 0, doubled: 0, missing: 0, inFlight: 0, inSpools: 0 });
      }),
      { numRuns: 500 },
    );
  });

  const broken: Mutation[] = ['acknowledge_before_puback', 'acknowledge_before_store', 'purge_beyond_floor', 'no_rewind'];
  for (const mutation of broken) {
    it(`names exactly what is lost when the path is broken by ${mutation}`, () => {
      expect(holesFoundBy(mutation)).toBeGreaterThan(0);
    });
  }

  it('finds numbers that were never given to a batch', () => {
    fc.assert(
      fc.property(steps, (run) => {
        const model = new CrashModel('skip_numbers');
        for (let i = 0; i < 6; i++) model.step({ do: 'collect', rows: 1 });
        for (const next of run) model.step(next);
        model.settle();
        const result = reconcile(model.ledger());
        expect(result.lost).toBeGreaterThan(0);
        expect(result.lostHoles.every((hole) => hole.first % 5 === 0 && hole.first === hole.last)).toBe(true);
      }),
    );
  });

  it('finds drops that nobody told of', () => {
    const model = new CrashModel('forget_drops');
    for (let i = 0; i < 9; i++) model.step({ do: 'collect', rows: 1 });
    model.settle();
    expect(reconcile(model.ledger()).lostHoles).toEqual([{ nodeId: 'n', epoch: 'e1', first: 1, last: 4 }]);
  });

  it('counts the rows that a database without dedup keys doubles', () => {
    fc.assert(
      fc.property(steps, (run) => {
        const model = new CrashModel('no_dedup');
        for (const next of run) model.step(next);
        model.settle();
        const { stored, expected } = model.rows();
        expect(reconcile(model.ledger()).doubled).toBe(stored.length - expected.length);
      }),
    );
  });
});

/** Runs the broken model and checks each verdict against what the model knows; returns how many holes were there in all. */
function holesFoundBy(mutation: Mutation): number {
  let found = 0;
  fc.assert(
    fc.property(steps, (run) => {
      const model = new CrashModel(mutation);
      for (const next of run) model.step(next);
      model.settle();
      const named = namedBy(model);
      // A lost batch may have carried the word of earlier drops: those numbers are unaccounted for too.
      const lost = model.trulyLost();
      expect(named).toEqual(expect.arrayContaining(lost));
      if (lost.length === 0) expect(named).toEqual([]);
      found += named.length;
    }),
    { numRuns: 500 },
  );
  return found;
}

function namedBy(model: CrashModel): string[] {
  return reconcile(model.ledger()).lostHoles.flatMap((hole) =>
    Array.from({ length: hole.last - hole.first + 1 }, (_, i) => `${hole.epoch}/${hole.first + i}`),
  );
}
