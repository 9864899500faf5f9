// Messages as bytes, for carriers without structured clone: JSON, with the typed arrays behind it as they are in memory.
//
// Layout, little-endian: u32 length of the JSON · the JSON, padded with spaces to a multiple of 8 · the arrays' bytes, each padded to 8.
// The JSON is {body, arrays: [[path, type, byteOffset, length]]}: arrays are named by path, so no content can pose as one.
import { MusterError } from '../../core/common/muster-error.ts';

const TYPES = { f64: Float64Array, f32: Float32Array, u32: Uint32Array } as const;
type ArrayType = keyof typeof TYPES;
type NumberArray = Float64Array | Float32Array | Uint32Array;
type ArrayEntry = [path: (string | number)[], type: ArrayType, byteOffset: number, length: number];

/** Arrays must be little-endian in memory, as on every machine that Node and browsers run on. */
export function encodeBinaryMessage(message: unknown): Uint8Array<ArrayBuffer> {
  const arrays: NumberArray[] = [];
  const entries: ArrayEntry[] = [];
  let byteOffset = 0;
  const body = replaceArrays(message, [], (array, path) => {
    entries.push([path, typeOf(array), byteOffset, array.length]);
    arrays.push(array);
    byteOffset += padded(array.byteLength);
  });
  const json = new TextEncoder().encode(JSON.stringify({ body, arrays: entries }));
  const start = padded(4 + json.length);
  const bytes = new Uint8Array(start + byteOffset).fill(0x20, 0, start);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 4);
  for (let i = 0; i < arrays.length; i++) {
    const array = arrays[i] as NumberArray;
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start + (entries[i] as ArrayEntry)[2]);
  }
  return bytes;
}

/** Throws `malformed` where the bytes are no message. */
export function decodeBinaryMessage(buffer: ArrayBuffer): unknown {
  try {
    const length = new DataView(buffer).getUint32(0, true);
    const start = padded(4 + length);
    const holder = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as { body: unknown; arrays: ArrayEntry[] };
    for (const [path, type, byteOffset, count] of holder.arrays) {
      place(holder, ['body', ...path], new TYPES[type](buffer, start + byteOffset, count));
    }
    return holder.body;
  } catch (error) {
    throw new MusterError('malformed', `a message of ${buffer.byteLength} bytes cannot be read`, error);
  }
}

function padded(length: number): number {
  return (length + 7) & ~7;
}

function typeOf(array: NumberArray): ArrayType {
  if (array instanceof Float64Array) return 'f64';
  return array instanceof Float32Array ? 'f32' : 'u32';
}

function isNumberArray(value: unknown): value is NumberArray {
  return value instanceof Float64Array || value instanceof Float32Array || value instanceof Uint32Array;
}

/** The value without its typed arrays; copies only what holds one. `path` is where it stands, and the same again afterwards. */
function replaceArrays(value: unknown, path: (string | number)[], found: (array: NumberArray, path: (string | number)[]) => void): unknown {
  if (isNumberArray(value)) {
    found(value, [...path]);
    return null;
  }
  if (typeof value !== 'object' || value === null) return value;
  const isArray = Array.isArray(value);
  if (isArray && typeof value[0] !== 'object') return value;
  const holder = value as Record<string | number, unknown>;
  let copy: Record<string | number, unknown> | undefined;
  for (const key of isArray ? value.keys() : Object.keys(value)) {
    const item = holder[key];
    if (typeof item !== 'object' || item === null) continue;
    path.push(key);
    const replaced = replaceArrays(item, path, found);
    path.pop();
    if (replaced === item) continue;
    copy ??= (isArray ? [...value] : { ...value }) as Record<string | number, unknown>;
    copy[key] = replaced;
  }
  return copy ?? value;
}

function place(target: object, path: (string | number)[], value: NumberArray): void {
  let holder = target as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
  holder[path.at(-1) as string | number] = value;
}
