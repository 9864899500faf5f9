// Rewrites a screenshot with a palette of at most 256 colours: a third of the bytes, and no difference that an eye sees in a page of text and lines.
// The format: https://www.w3.org/TR/png-3/.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS = 256;

interface Pixels {
  width: number;
  height: number;
  /** RGB of each pixel as one number, row after row. */
  colours: Uint32Array;
}

/** Takes what Chromium writes: 8 bits a channel, RGB or RGBA, not interlaced. */
export function toIndexedPng(png: Buffer): Buffer {
  const { width, height, colours } = decode(png);
  const boxes = split(histogramOf(colours));
  const palette = boxes.map(meanOf);
  const indexOf = new Map(boxes.flatMap((box, index) => box.map(([colour]) => [colour, index] as const)));
  // Each row begins with its filter: none, as a neighbour in a palette is no neighbour in colour.
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = indexOf.get(colours[y * width + x] as number) as number;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

function decode(png: Buffer): Pixels {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const [depth, type, interlaced] = [png[24], png[25], png[28]];
  if (depth !== 8 || (type !== 2 && type !== 6) || interlaced !== 0)
    throw new Error(`a PNG of ${depth} bits and type ${type} is not read here`);
  const data: Buffer[] = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const channels = type === 2 ? 3 : 4;
  const bytes = unfilter(inflateSync(Buffer.concat(data)), width * channels, height, channels);
  const colours = Uint32Array.from({ length: width * height }, (_, pixel) => bytes.readUIntBE(pixel * channels, 3));
  return { width, height, colours };
}

function unfilter(raw: Buffer, stride: number, height: number, channels: number): Buffer {
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const left = x < channels ? 0 : (out[y * stride + x - channels] as number);
      const up = y === 0 ? 0 : (out[(y - 1) * stride + x] as number);
      const corner = x < channels || y === 0 ? 0 : (out[(y - 1) * stride + x - channels] as number);
      out[y * stride + x] = (raw[y * (stride + 1) + 1 + x] as number) + predicted(filter, left, up, corner);
    }
  }
  return out;
}

function predicted(filter: number | undefined, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const [toLeft, toUp, toCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/** Colours with how many pixels have them. */
type Box = readonly (readonly [colour: number, pixels: number])[];

function histogramOf(colours: Uint32Array): Box {
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  return [...counts];
}

const SHIFTS = [16, 8, 0] as const;

/** Median cut (Heckbert, 1982): the box with the most to lose is halved, until there are as many as colours. */
function split(all: Box): Box[] {
  const boxes = [{ box: all, ...widest(all) }];
  while (boxes.length < COLOURS) {
    boxes.sort((a, b) => a.worth - b.worth);
    const { box, shift, worth } = boxes.pop() as (typeof boxes)[number];
    if (worth === 0) return [box, ...boxes.map((each) => each.box)];
    const sorted = [...box].sort(([a], [b]) => ((a >> shift) & 255) - ((b >> shift) & 255));
    const half = sorted.reduce((sum, [, pixels]) => sum + pixels, 0) / 2;
    let at = 0;
    for (let sum = 0; at < sorted.length - 1 && sum + (sorted[at]?.[1] ?? 0) / 2 < half; at++) sum += sorted[at]?.[1] ?? 0;
    at = Math.min(sorted.length - 1, Math.max(1, at));
    for (const part of [sorted.slice(0, at), sorted.slice(at)]) boxes.push({ box: part, ...widest(part) });
  }
  return boxes.map(({ box }) => box);
}

/** The channel in which a box is widest, and how much its error counts: text of a few pixels counts beside a wide ground. */
function widest(box: Box): { shift: number; worth: number } {
  const ranges = SHIFTS.map((shift) => {
    let [least, most] = [255, 0];
    for (const [colour] of box) {
      const value = (colour >> shift) & 255;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return most - least;
  });
  const range = Math.max(...ranges);
  const pixels = box.reduce((sum, each) => sum + each[1], 0);
  return { shift: SHIFTS[ranges.indexOf(range)] as number, worth: range * Math.sqrt(pixels) };
}

function meanOf(box: Box): number {
  const total = box.reduce((sum, [, pixels]) => sum + pixels, 0);
  const mean = (shift: number): number =>
    Math.round(box.reduce((sum, [colour, pixels]) => sum + ((colour >> shift) & 255) * pixels, 0) / total) << shift;
  return mean(16) + mean(8) + mean(0);
}
