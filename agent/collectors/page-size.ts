// How many bytes a page of memory has on this machine.
import { readFileSync } from 'node:fs';

const AT_PAGESZ = 6;
let known: number | undefined;

/** The page size in the auxiliary vector of a 64-bit process (getauxval(3)); 4096 where it is not told. */
export function parsePageSize(auxv: Buffer): number {
  for (let at = 0; at + 16 <= auxv.length; at += 16) {
    if (auxv.readUInt32LE(at) === AT_PAGESZ) return auxv.readUInt32LE(at + 8);
  }
  return 4096;
}

export function pageBytes(): number {
  known ??= parsePageSize(readFileSync('/proc/self/auxv'));
  return known;
}
