import type uPlot from 'uplot';
import { expect, test, vi } from 'vitest';
import { PlotShift } from './plot-shift.ts';

const WIDTH = 100;
const times = Array.from({ length: 301 }, (_, i) => i);

/** A plot of 100 pixels whose context remembers what it was asked for. */
function staged() {
  const calls: string[] = [];
  const note =
    (name: string) =>
    (...args: unknown[]): void =>
      void calls.push(`${name} ${args.filter((arg) => typeof arg === 'number').join(' ')}`.trim());
  const ctx = {
    canvas: { width: 140, height: 80 },
    fillStyle: 'red',
    save: note('save'),
    restore: () => {
      note('restore')();
      ctx.fillStyle = 'red';
    },
    beginPath: vi.fn(),
    rect: note('rect'),
    clip: note('clip'),
    clearRect: note('clear'),
    drawImage: note('image'),
    getLineDash: () => [],
    setLineDash: vi.fn(),
  };
  const plot = { ctx, bbox: { left: 20, top: 10, width: WIDTH, height: 50 }, data: [times] } as unknown as uPlot;
  return { shift: new PlotShift(plot), ctx, calls };
}

test('a move by pixels shifts the picture and draws the strip that came into view', () => {
  const { shift, ctx, calls } = staged();
  shift.drawn(100, 200);
  const drawn: unknown[] = [];
  const bounds = shift.to(110.3, 210.3, (given) => {
    drawn.push(given, shift.within(99, 211, times));
    ctx.fillStyle = 'blue';
  });
  expect(bounds).toEqual([110, 210]);
  expect(drawn[0]).toEqual([110, 210]);
  // Ten seconds came in at the right: their points, a seam of four pixels and two neighbours.
  expect(drawn[1]).toEqual([194, 211]);
  expect(calls).toContain('image -10 0');
  expect(calls).toContain('rect 106 8 16 54');
  expect(calls.filter((call) => call === 'save')).toHaveLength(calls.filter((call) => call === 'restore').length);
  // What the plot believes to have set stands.
  expect(ctx.fillStyle).toBe('blue');
  expect(shift.within(99, 211, times)).toEqual([99, 211]);
});

test('back in time the strip is at the left', () => {
  const { shift, calls } = staged();
  shift.drawn(100, 200);
  let strip: unknown;
  expect(
    shift.to(95, 195, () => {
      strip = shift.within(94, 196, times);
    }),
  ).toEqual([95, 195]);
  expect(strip).toEqual([94, 106]);
  expect(calls).toContain('image 5 0');
});

test('points without a value are passed over until one has', () => {
  const { shift } = staged();
  const column = times.map((time) => (time > 180 && time < 205 ? null : time));
  shift.drawn(100, 200);
  let strip: unknown;
  shift.to(110, 210, () => {
    strip = shift.within(99, 211, column);
  });
  expect(strip).toEqual([180, 211]);
});

test('all is drawn anew over another span, far away, or where nothing was drawn', () => {
  const { shift, calls } = staged();
  const draw = vi.fn();
  expect(shift.to(0, 100, draw)).toBeUndefined();
  shift.drawn(100, 200);
  expect(shift.to(100, 202, draw)).toBeUndefined();
  expect(shift.to(160, 260, draw)).toBeUndefined();
  expect(draw).not.toHaveBeenCalled();
  // Less than half a pixel shows nothing else.
  expect(shift.to(100.4, 200.4, draw)).toEqual([100, 200]);
  expect(draw).not.toHaveBeenCalled();
  expect(calls).toEqual([]);
});
