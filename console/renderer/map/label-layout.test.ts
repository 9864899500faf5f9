import { expect, test } from 'vitest';
import { type LabelWish, overlap, placeLabels } from './label-layout.ts';

const view = { left: 0, top: 0, right: 400, bottom: 300 };
const wish = (x: number, y: number): LabelWish => ({ x, y, radius: 12, width: 80, height: 28 });

test('no label covers another or a circle, and none leaves the view', () => {
  const wishes = Array.from({ length: 40 }, (_, i) => wish((i * 97) % 400, (i * 61) % 300));
  const boxes = placeLabels(wishes, view).flatMap((label) => (label === undefined ? [] : [label.box]));
  expect(boxes.length).toBeGreaterThan(3);
  for (const [index, box] of boxes.entries()) {
    for (const other of boxes.slice(index + 1)) expect(overlap(box, other)).toBe(false);
    expect(box.left).toBeGreaterThanOrEqual(0);
    expect(box.right).toBeLessThanOrEqual(400);
  }
});

test('a label goes to the other side at the edge, and is left out where there is no room', () => {
  expect(placeLabels([wish(380, 150)], view)[0]?.side).toBe('left');
  expect(placeLabels([wish(200, 150), { ...wish(200, 150), width: 500 }], view)[1]).toBeUndefined();
});
