import { expect, it } from 'vitest';
import type { FrameColumns } from '../../core/common/frame.ts';
import { type DecodedFrame, decodeBatch, encodeBatch } from '../../proto/batch-codec.ts';
import { newAccount } from '../telemetry/batch-account.ts';
import type { CheckedFrame } from '../telemetry/row-groups.ts';
import { createTablePlan } from '../telemetry/table-plan.ts';
import { type RowKeys, splitKeys, whereKeys } from './row-keys.ts';

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
  return { frames: [{ from, rows: rows.map((_, i) => i) }], firstUs: Math.min(...times), lastUs: Math.max(...times) };
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
