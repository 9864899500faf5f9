import { expect, it } from 'vitest';
import type { FrameColumns } from '../../core/common/frame.ts';
import { type DecodedFrame, decodeBatch, encodeBatch } from '../../proto/batch-codec.ts';
import { newAccount } from '../telemetry/batch-account.ts';
import { DoorFrame } from '../telemetry/door-tables.ts';
import type { CheckedFrame } from '../telemetry/row-groups.ts';
import { createTablePlan } from '../telemetry/table-plan.ts';
import { keysOf, type RowKeys, splitKeys, wantedOf, whereKeys } from './row-keys.ts';

const START_US = 1_780_000_000_000_000;

function keys(nodeId: string, rows: [at: number, tag: string][]): RowKeys {
  const names = [...new Set(rows.map(([, tag]) => tag))];
  const columns: FrameColumns = {
    ...{ measurement: 'm', tags: ['tag'], series: names.map((name) => [name]), fields: ['a'], textFields: [], texts: [] },
    seriesIndex: Uint32Array.from(rows, ([, tag]) => names.indexOf(tag)),
    timeUs: Float64Array.from(rows, ([at]) => START_US + at),
    values: new Float64Array(rows.length),
  };
  const epoch = Buffer.alloc(16);
  const batch = encodeBatch({ epoch, seq: 1, createdUs: 1, frames: [columns], events: [], dropped: [] });
  const frame = decodeBatch(batch).frames[0] as DecodedFrame;
  const delivery = { nodeId, receivedUs: 1, gateway: 'g', batch, epoch, seq: 1, skewUs: 0 };
  const from: CheckedFrame = { account: newAccount(delivery, false), frame, plan: createTablePlan(frame), entries: [] };
  const times = rows.map(([at]) => START_US + at);
  const [firstUs, lastUs] = [Math.min(...times), Math.max(...times)];
  return { frames: [{ from, rows: rows.map((_, i) => i), firstUs, lastUs }], firstUs, lastUs };
}

const times = ({ frames }: RowKeys): number[] =>
  frames.flatMap(({ from, rows }) => rows.map((row) => (from.frame.timeUs[row] as number) - START_US));

it('names few times one by one, and the nodes and tags that are wanted', () => {
  expect(
    whereKeys(
      keys("o'n", [
        [1, 'x'],
        [3_000_000, ''],
      ]),
    ),
  ).toBe(
    "timestamp in ('2026-05-28T20:26:40.000001Z', '2026-05-28T20:26:43.000000Z') and node_id in ('o''n') and (\"tag\" in ('x') or \"tag\" is null)",
  );
});

it('asks for a span where there are many times, and for any tag where there are many', () => {
  const many = keys(
    'n',
    Array.from({ length: 1000 }, (_, i) => [i, `t${i}`]),
  );
  expect(whereKeys(many)).toBe("timestamp between '2026-05-28T20:26:40.000000Z' and '2026-05-28T20:26:40.000999Z' and node_id in ('n')");
});

it('stays within the head of a request however long the tags are', () => {
  const long = keys(
    'n',
    Array.from({ length: 200 }, (_, i) => [i, `${i}`.padEnd(250, 'x')]),
  );
  expect(encodeURIComponent(whereKeys(long)).length).toBeLessThan(60_000);
});

it('parts keys by time, then by rows, until one is left', () => {
  const parts =
    splitKeys(
      keys('n', [
        [0, 'x'],
        [0, 'y'],
        [5, 'x'],
        [9, 'x'],
      ]),
    ) ?? [];
  expect(parts.map(times)).toEqual([
    [0, 0],
    [5, 9],
  ]);
  expect(splitKeys(parts[0] as RowKeys)?.map(times)).toEqual([[0], [0]]);
  expect(
    splitKeys(
      keys('n', [
        [0, 'x'],
        [0, 'x'],
        [0, 'x'],
        [9, 'x'],
      ]),
    )?.map(times),
  ).toEqual([[0, 0, 0], [9]]);
  expect(splitKeys(keys('n', [[4, 'x']]))).toBeUndefined();
});

/** Batches, each of one node and some seconds. */
const frames = (...batches: [nodeId: string, first: number, last: number][]) =>
  batches.map(([nodeId, first, last]) => {
    const {
      frames: found,
      firstUs,
      lastUs,
    } = keys(nodeId, [
      [first * 1e6, 'x'],
      [last * 1e6, 'x'],
    ]);
    return Object.assign(new DoorFrame((found[0] as RowKeys['frames'][number]).from), { firstUs, lastUs });
  });
const spans = (parts: RowKeys[]) =>
  parts.map(({ frames: of, firstUs, lastUs }) => [
    of.map(({ from }) => from.account.delivery.nodeId).join(''),
    ...[firstUs, lastUs].map((us) => (us - START_US) / 1e6),
  ]);

it('asks for the batches of one span of time by themselves, where the next ones of other nodes begin', () => {
  const parts = keysOf({ frames: frames(['c', 0, 30], ['d', 0, 30], ['a', 30, 60], ['b', 30, 60]) });
  expect(spans(parts)).toEqual([
    ['cd', 0, 30],
    ['ab', 30, 60],
  ]);
  // What a or b have at the moment in which both begin is not asked for by the first part.
  const isWanted = wantedOf(parts[0] as RowKeys);
  expect([isWanted('c', START_US), isWanted('a', START_US), isWanted('c', START_US + 31e6)]).toEqual([true, false, false]);
});

it('asks at once for what follows each other of one node, and for many nodes of one moment', () => {
  expect(spans(keysOf({ frames: frames(['a', 0, 9], ['a', 10, 19], ['a', 20, 29]) }))).toEqual([['aaa', 0, 29]]);
  expect(spans(keysOf({ frames: frames(['a', 5, 5], ['b', 5, 5], ['c', 5, 5]) }))).toEqual([['abc', 5, 5]]);
});

it('asks in a bounded number of parts, together for all rows', () => {
  const scattered = Array.from({ length: 40 }, (_, i): [string, number, number] => [`n${i}`, i * 1000, i * 1000 + 1]);
  const parts = keysOf({ frames: frames(...scattered) });
  expect(parts.length).toBeLessThanOrEqual(6);
  expect(parts.flatMap(({ frames: of }) => of).length).toBe(40);
  for (const { frames: of, firstUs, lastUs } of parts)
    for (const frame of of) expect(frame.firstUs >= firstUs && frame.lastUs <= lastUs).toBe(true);
});
