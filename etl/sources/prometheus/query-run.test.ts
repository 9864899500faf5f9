// One query between a Prometheus and a gateway that fail as the test says.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MusterError } from '../../../core/common/muster-error.ts';
import { Turns } from '../../../core/common/turns.ts';
import type { UploadMessage } from '../../../proto/gen/messages.ts';
import type { UploadCall } from '../../../proto/upload-call.ts';
import type { QueryPlan } from './config.ts';
import type { ExtractionEvents } from './events.ts';
import { type Mark, MarkFile } from './mark-file.ts';
import type { RangeQuery } from './prometheus-client.ts';
import { PrometheusError } from './prometheus-error.ts';
import { QueryRun, type QueryRunOptions } from './query-run.ts';

const STEP_MS = 15_000;
const START_MS = Date.parse('2026-11-22T10:00:00Z');
const PLAN: QueryPlan = {
  ...{ name: 'up', promql: 'up', stepMs: STEP_MS, measurement: 'up', metrics: undefined },
  ...{ labels: [], nodeLabel: 'instance', node: 'lab' },
};
const busy = () => new PrometheusError('busy', 'not ready', undefined, 1);

/** Keeps what was sent; each value of a series is its time. */
class World {
  nowMs = START_MS;
  readonly asked: RangeQuery[] = [];
  readonly sent: UploadMessage[] = [];
  readonly told: string[] = [];
  readonly stopping = new AbortController();
  /** Thrown by the next requests, calls, and by the end of the next calls. */
  failures: { ask: Error[]; end: Error[] } = { ask: [], end: [] };
  onAsk: (query: RangeQuery) => void = () => undefined;
  refuse = '';
  readonly file = new MarkFile(join(mkdtempSync(join(tmpdir(), 'muster-mark-')), 'up.mark.json'));

  run(plan: Partial<QueryPlan> = {}): QueryRun {
    return new QueryRun({ ...PLAN, ...plan }, this.options());
  }

  options(): QueryRunOptions {
    const world = this;
    const tell = (what: string) => (_: string, detail: unknown) => void this.told.push(`${what} ${JSON.stringify(detail)}`);
    return {
      ...{ source: 'lab', lagMs: 0, firstSpanMs: 0, retries: 3, pointsPerRequest: 100, maxSeries: 10, ttlDays: 30, turns: new Turns(1) },
      ...{ stopping: this.stopping.signal, cut: new AbortController().signal },
      client: {
        serverNowMs: async () => this.nowMs,
        async *range(query: RangeQuery) {
          world.asked.push(query);
          const failure = world.failures.ask.shift();
          if (failure !== undefined) throw failure;
          world.onAsk(query);
          const values: unknown[] = [];
          for (let at = query.startMs; at <= query.endMs; at += query.stepMs) values.push([at / 1000, String(at)]);
          yield { metric: { instance: 'a' }, values };
        },
      },
      delivery: {
        account: () => Promise.reject(new Error('nobody asks')),
        open: ({ onStored, onRefused }) => {
          let rows = 0;
          const call: Pick<UploadCall, 'send' | 'end' | 'cancel'> = {
            send: async (message, count) => {
              world.sent.push(message);
              rows += count;
            },
            end: async () => {
              const failure = world.failures.end.shift();
              if (failure !== undefined) throw failure;
              if (world.refuse === '') onStored(rows);
              else onRefused?.({ nodeId: 'a', rows, words: world.refuse });
            },
            cancel: () => undefined,
          };
          return call as UploadCall;
        },
      },
      events: {
        ...{ windowStored: tell('stored'), leftOut: tell('left'), refused: tell('refused'), retried: tell('retried') },
        ...{ pointSkipped: tell('skipped'), warned: tell('warned') },
      } as unknown as ExtractionEvents,
    };
  }

  get mark(): Mark {
    return JSON.parse(readFileSync(this.file.path, 'utf8')) as Mark;
  }
  /** Epoch and number of each batch sent. */
  get numbers(): string[] {
    return this.sent.map(({ epoch, seq }) => `${Buffer.from(epoch).toString('hex')} ${seq}`);
  }
}

it('begins with the newest point, and goes on where it stood with the next numbers', async () => {
  const world = new World();
  await world.run().runDue(world.file);
  world.nowMs += 3 * STEP_MS + 100;
  await world.run().runDue(world.file);
  await world.run().runDue(world.file);
  expect(world.asked.map(({ startMs, endMs }) => [startMs - START_MS, endMs - START_MS])).toEqual([
    [0, 0],
    [STEP_MS, 3 * STEP_MS],
  ]);
  expect(world.sent.map(({ seq }) => seq)).toEqual([1, 2]);
  expect(world.mark).toMatchObject({ done: (START_MS + 3 * STEP_MS) / STEP_MS, numbers: { a: 2 } });
  expect(world.mark.pending).toBeUndefined();
});

it('repeats the window of a crash under its numbers, however late', async () => {
  const world = new World();
  world.failures.end = [new MusterError('permission_denied', 'the process dies here')];
  await expect(world.run().runDue(world.file)).rejects.toThrow('the process dies here');
  expect(world.mark.pending).toEqual({ first: START_MS / STEP_MS, last: START_MS / STEP_MS });
  world.nowMs += 10 * STEP_MS;
  await world.run().runDue(world.file);
  expect(world.asked.map(({ startMs, endMs }) => (endMs - startMs) / STEP_MS)).toEqual([0, 0, 9]);
  expect(world.numbers[1]).toBe(world.numbers[0]);
  expect(world.sent[1]?.batch).toEqual(world.sent[0]?.batch);
  expect(world.sent[2]?.seq).toBe(2);
});

it('numbers anew with each day, and with another query under the same name', async () => {
  const world = new World();
  world.nowMs = Date.parse('2026-11-22T23:59:45Z');
  await world.run().runDue(world.file);
  world.nowMs += 2 * STEP_MS;
  await world.run().runDue(world.file);
  await world.run({ promql: 'up == 1' }).runDue(world.file);
  world.nowMs += STEP_MS;
  await world.run({ promql: 'up == 1' }).runDue(world.file);
  expect(world.sent.map(({ seq }) => seq)).toEqual([1, 1, 1]);
  expect(new Set(world.numbers).size).toBe(3);
  // The mark stands where the old query left it.
  expect(world.asked.at(-1)).toMatchObject({ startMs: world.nowMs, endMs: world.nowMs });
});

it('gives other numbers where the mark was lost', async () => {
  const [world, other] = [new World(), new World()];
  await world.run().runDue(world.file);
  await other.run().runDue(other.file);
  expect(other.numbers).not.toEqual(world.numbers);
});

it('tries again what may pass, and no more often than it is told', async () => {
  const world = new World();
  world.failures = { ask: [busy(), busy()], end: [new MusterError('unavailable', 'gateway away')] };
  const run = world.run();
  await run.runDue(world.file);
  expect(world.told.filter((words) => words.startsWith('retried'))).toHaveLength(3);
  expect(run.tally).toMatchObject({ windows: 1, rows: 1 });
  world.nowMs += STEP_MS;
  world.failures.ask = [busy(), busy(), busy(), busy(), busy()];
  await expect(world.run().runDue(world.file)).rejects.toThrow('not ready');
  expect(world.failures.ask).toHaveLength(1);
  expect(world.mark.pending).toBeDefined();
});

it('does not try again what will not pass', async () => {
  const world = new World();
  world.failures.ask = [new PrometheusError('query', 'parse error'), busy()];
  await expect(world.run().runDue(world.file)).rejects.toThrow('parse error');
  expect(world.asked).toHaveLength(1);
});

it('halves a window that Prometheus cannot compute, and leaves out the one point where it cannot', async () => {
  const world = new World();
  await world.run().runDue(world.file);
  world.nowMs += 8 * STEP_MS;
  const poison = START_MS + 3 * STEP_MS;
  world.onAsk = ({ startMs, endMs }) => {
    if (startMs <= poison && endMs >= poison) throw new PrometheusError('execution', 'many-to-many');
  };
  const run = world.run();
  await run.runDue(world.file);
  expect(run.tally).toMatchObject({ rows: 7, pointsSkipped: 1 });
  expect(world.mark).toMatchObject({ done: (START_MS + 8 * STEP_MS) / STEP_MS });
  expect(world.told).toContain(`skipped "${new Date(poison).toISOString()}"`);
  // Numbers stay without a hole.
  expect(world.sent.map(({ seq }) => seq)).toEqual(world.sent.map((_, i) => i + 1));
});

it('counts what the gateway refuses for good, and goes on', async () => {
  const world = new World();
  world.refuse = 'node a has an agent';
  const run = world.run();
  await run.runDue(world.file);
  expect(run.tally).toMatchObject({ rows: 0, refused: 1 });
  expect(world.told.join()).toContain('node a has an agent');
  expect(world.mark.done).toBe(START_MS / STEP_MS);
});

it('back-fills the same pieces under the same numbers, beside the mark', async () => {
  const world = new World();
  const first = START_MS / STEP_MS;
  await world.run().backfill({ first, last: first + 250 });
  const before = world.numbers;
  await world.run().backfill({ first: first - 30, last: first + 250 });
  expect(new Set([...before.slice(1), ...world.numbers.slice(before.length)]).size).toBe(before.length);
  expect(world.file.load()).toBeUndefined();
});

it('does not fetch what the store would refuse as too old', async () => {
  const world = new World();
  await world.run().runDue(world.file);
  world.nowMs += 31 * 86_400_000;
  world.onAsk = () => world.stopping.abort();
  await world.run().runDue(world.file);
  expect(world.asked.at(-1)?.startMs).toBe(world.nowMs - 30 * 86_400_000 + 3_600_000 + STEP_MS);
  expect(world.told.join()).toContain('what is older than 30 days is left out');
});

it('begins no window after it is told to stop', async () => {
  const world = new World();
  await world.run().runDue(world.file);
  world.nowMs += 500 * STEP_MS;
  world.onAsk = () => world.stopping.abort();
  await world.run().runDue(world.file);
  // What was in flight is finished.
  expect(world.mark.done).toBe(START_MS / STEP_MS + 100);
  expect(world.mark.pending).toBeUndefined();
});

it('asks the ledger what became of the rows, and does not where it goes on for ever', async () => {
  const none = { batches: 0, rows: 0, badRows: 0, mergedRows: 0, replacedRows: 0, metRows: 0, overwrittenRows: 0, setAside: [] };
  const settled = async (begin: (run: QueryRun) => void): Promise<[number, QueryRun]> => {
    const world = new World();
    let asked = 0;
    const options = world.options();
    const account = async () => (++asked === 1 ? none : { ...none, batches: 1, rows: 1, overwrittenRows: 1 });
    const run = new QueryRun(PLAN, { ...options, delivery: { ...options.delivery, account } });
    begin(run);
    await run.runDue(world.file);
    await run.settle();
    return [asked, run];
  };
  const [asked, once] = await settled(() => undefined);
  expect([asked, once.tally.outcome]).toEqual([2, { replaced: 0, overwritten: 1, setAside: [], open: 0 }]);
  const [never, forEver] = await settled((run) => run.countNothing());
  expect([never, forEver.tally.outcome]).toEqual([0, undefined]);
});
