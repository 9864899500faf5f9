// The tray's sign, drawn: a disc, a triangle, a square, a ring, so that it is told apart without its colour.
import type { FleetSign } from './fleet-words.ts';

export const ICON_SIZE = 32;

const COLOURS: Readonly<Record<FleetSign, readonly [number, number, number]>> = {
  ok: [0x4d, 0xb3, 0x89],
  late: [0xe2, 0xa8, 0x3c],
  bad: [0xf6, 0x6f, 0x64],
  unknown: [0x8d, 0x97, 0xa2],
};

/** How far inside the shape a point of −1…1 is; negative outside. */
const SHAPES: Readonly<Record<FleetSign, (x: number, y: number) => number>> = {
  ok: (x, y) => 0.7 - Math.hypot(x, y),
  late: (x, y) => Math.min(0.65 - y, (y + 0.85 - 1.75 * Math.abs(x)) / 2),
  bad: (x, y) => 0.7 - Math.max(Math.abs(x), Math.abs(y)),
  unknown: (x, y) => 0.16 - Math.abs(Math.hypot(x, y) - 0.6),
};

/** Pixels in BGRA with the alpha multiplied in, as Electron's bitmaps are. */
export function drawSign(sign: FleetSign): Buffer {
  const pixels = Buffer.alloc(ICON_SIZE * ICON_SIZE * 4);
  const [red, green, blue] = COLOURS[sign];
  for (let row = 0; row < ICON_SIZE; row++) {
    for (let column = 0; column < ICON_SIZE; column++) {
      const at = (value: number): number => ((value + 0.5) / ICON_SIZE) * 2 - 1;
      const alpha = Math.min(1, Math.max(0, SHAPES[sign](at(column), at(row)) * (ICON_SIZE / 2) + 0.5));
      pixels.set([blue * alpha, green * alpha, red * alpha, 255 * alpha].map(Math.round), (row * ICON_SIZE + column) * 4);
    }
  }
  return pixels;
}
