// Epochs of batches that no agent made: a gateway numbers what came in by a door. The first four bytes tell which door.

const DOORS = { push: 'push', import: 'impt', restore: 'rstr', prometheus: 'prom', replay: 'rply' } as const;
export type Door = keyof typeof DOORS;

const EPOCH_BYTES = 16;

/** An epoch of this door; `rest` has the 12 bytes that tell it from others. */
export function doorEpoch(door: Door, rest: Uint8Array): Uint8Array {
  const epoch = new Uint8Array(EPOCH_BYTES);
  epoch.set(Array.from(DOORS[door], (letter) => letter.charCodeAt(0)));
  epoch.set(rest.subarray(0, EPOCH_BYTES - 4), 4);
  return epoch;
}

/** Of an epoch in hexadecimal; undefined for an agent's. Four random bytes are one of these words once in a thousand million spools. */
export function doorOf(epochHex: string): Door | undefined {
  for (const [door, word] of Object.entries(DOORS)) {
    const prefix = Array.from(word, (letter) => letter.charCodeAt(0).toString(16)).join('');
    if (epochHex.startsWith(prefix)) return door as Door;
  }
  return undefined;
}
