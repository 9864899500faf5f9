// The program's icon: the mark of the page (console/renderer/mark.svg) drawn large, as a PNG. Drawn here, so that the two stay one shape.
import { crc32, deflateSync } from 'node:zlib';

const GROUND = [0x0e, 0x10, 0x12];
const LINE = [0x5f, 0xa8, 0xa0];
/** In the mark's own units, of which it is 16 wide. */
const CORNER = 4;
const HALF_LINE = 0.9;
/** @type {readonly (readonly [number, number])[]} */
const POINTS = [
  [4, 11.5],
  [4, 5],
  [8, 9],
  [12, 5],
  [12, 11.5],
];

/** @param {number} size pixels a side */
export function drawIcon(size) {
  const rows = Buffer.alloc((size * 4 + 1) * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const [x, y] = [((column + 0.5) / size) * 16, ((row + 0.5) / size) * 16];
      const cover = (/** @type {number} */ inside) => Math.min(1, Math.max(0, (inside * size) / 16 + 0.5));
      const line = cover(HALF_LINE - distanceToLine(x, y));
      const colour = GROUND.map((ground, index) => Math.round(ground + ((LINE[index] ?? 0) - ground) * line));
      rows.set([...colour, Math.round(255 * cover(insideSquare(x, y)))], row * (size * 4 + 1) + 1 + column * 4);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // 8 bits of red, green, blue and alpha.
  header.set([8, 6], 8);
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([magic, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** @param {number} x @param {number} y */
function distanceToLine(x, y) {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i < POINTS.length; i++) {
    const [ax, ay] = /** @type {readonly [number, number]} */ (POINTS[i - 1]);
    const [bx, by] = /** @type {readonly [number, number]} */ (POINTS[i]);
    const along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2);
    const at = Math.min(1, Math.max(0, along));
    least = Math.min(least, Math.hypot(x - ax - at * (bx - ax), y - ay - at * (by - ay)));
  }
  return least;
}

/** How far inside the square with round corners. @param {number} x @param {number} y */
function insideSquare(x, y) {
  const [dx, dy] = [Math.abs(x - 8) - (8 - CORNER), Math.abs(y - 8) - (8 - CORNER)];
  return CORNER - Math.hypot(Math.max(0, dx), Math.max(0, dy)) - Math.min(0, Math.max(dx, dy));
}

/** @param {string} type @param {Buffer} data */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
