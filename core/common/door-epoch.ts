// Epochs of batches that no agent made: a gateway numbers what came in by a door. The first four bytes tell which door.

const DOORS = { push: 'push', import: 'impt', restore: 'rstr', prometheus: 'prom', replay: 'rply' } as const;
export type Door = keyof typeof DOORS;

const EPOCH_BYTES = 16;
/** Of the four bytes of each word, the first the highest. */
const BY_NUMBER = new Map(
  (Object.entries(DOORS) as [Door, string][]).map(([door, word]) => {
    const [a = 0, b = 0, c = 0, d = 0] = Array.from(word, (letter) => letter.charCodeAt(0));
    return [numberOf(a, b, c, d), door] as const;
  }),
);

/** An epoch of this door; `rest` has the 12 bytes that tell it from others. */
export function doorEpoch(door: Door, rest: Uint8Array): Uint8Array {
  const epoch = new Uint8Array(EPOCH_BYTES);
  epoch.set(Array.from(DOORS[door], (letter) => letter.charCodeAt(0)));
  epoch.set(rest.subarray(0, EPOCH_BYTES - 4), 4);
  return epoch;
}

/** Of an epoch in hexadecimal; undefined for an agent's. Four random bytes are one of these words once in a thousand million spools. */
export function doorOf(epochHex: string): Door | undefined {
  return epochHex.length < 8 ? undefined : BY_NUMBER.get(Number.parseInt(epochHex.slice(0, 8), 16));
}

/** The same of its bytes: asked of every batch. */
export function doorOfBytes(epoch: Uint8Array): Door | undefined {
  if (epoch.length < 4) return undefined;
  return BY_NUMBER.get(numberOf(epoch[0]!, epoch[1]!, epoch[2]!, epoch[3]!));
}

function numberOf(a: number, b: number, c: number, d: number): number {
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
