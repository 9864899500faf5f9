import { expect, test } from 'vitest';
import type { RefusedRow } from './import-source.ts';
import { RowGate, shownCell } from './row-gate.ts';

const WINDOW = { oldestUs: Date.UTC(2026, 0, 1) * 1000, newestUs: Date.UTC(2026, 5, 1) * 1000 };
const BETWEEN_US = Date.UTC(2026, 2, 1) * 1000;

function staged(given: { fromUs?: number; maxRowsPerNode?: number } = {}) {
  const refused: { row: number; reason: string; data?: () => RefusedRow }[] = [];
  const gate = new RowGate({
    window: WINDOW,
    onRefused: (one) => {
      refused.push(one as never);
    },
    ...given,
  });
  return { gate, refused };
}

test('the first and the last moment that the store takes are taken, those beside them refused', () => {
  const { gate, refused } = staged();
  expect([gate.admits(1, WINDOW.oldestUs), gate.admits(2, WINDOW.newestUs)]).toEqual([true, true]);
  expect([gate.admits(3, WINDOW.oldestUs - 1), gate.admits(4, WINDOW.newestUs + 1)]).toEqual([false, false]);
  expect(refused.map(({ row }) => row)).toEqual([3, 4]);
  expect(refused[0]?.reason).toMatch(/^row 3: .*: --now \(shift_to_now\) moves the recording so that it ends now$/);
  expect(refused[1]?.reason).toMatch(/^row 4: .*: --time-format \(time_format\) and --zone \(time_zone\) say how it is written, --now/);
  expect(gate.leftOut).toBe(0);
});

test('what is older than asked for is left out, and not refused', () => {
  const { gate, refused } = staged({ fromUs: BETWEEN_US });
  expect([gate.admits(1, BETWEEN_US - 1), gate.admits(2, BETWEEN_US), gate.admits(3, 0)]).toEqual([false, true, false]);
  expect([gate.leftOut, refused]).toEqual([2, []]);
});

test('so many rows of a node are taken, those beyond are left out', () => {
  const { gate } = staged({ maxRowsPerNode: 2 });
  const [one, other] = [{ offered: 0 }, { offered: 0 }];
  expect([gate.admitsNode(one), gate.admitsNode(one), gate.admitsNode(one), gate.admitsNode(other)]).toEqual([true, true, false, true]);
  expect(gate.leftOut).toBe(1);
  expect(staged({ maxRowsPerNode: 0 }).gate.admitsNode({ offered: 0 })).toBe(false);
  expect(staged().gate.admitsNode({ offered: 1e9 })).toBe(true);
});

test('a refusal comes with the row as text where the format has one', () => {
  const { gate, refused } = staged();
  gate.refuse(7, 'why\u0007');
  const data = () => ({ header: 'a', text: '1' }) as RefusedRow;
  gate.data = data;
  gate.refuse(8, 'why');
  expect(refused[0]).not.toHaveProperty('data');
  expect(refused[0]?.reason).not.toContain('\u0007');
  expect(refused[1]).toEqual({ row: 8, reason: 'row 8: why', data });
});

test('sixty letters of a cell are shown', () => {
  expect(shownCell('x'.repeat(60))).toBe(JSON.stringify('x'.repeat(60)));
  expect(shownCell('x'.repeat(61))).toBe(JSON.stringify(`${'x'.repeat(60)}…`));
});
