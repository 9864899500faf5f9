// How many bytes a page of memory has on this machine.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const AT_PAGESZ = 6;
/** The page size in the auxiliary vector of a 64-bit process (getauxval(3)); 4096 where it is not told. */
export function parsePageSize(auxv: Buffer): number {
  for (let at = 0; at + 16 <= auxv.length; at += 16) {
    if (auxv.readUInt32LE(at) === AT_PAGESZ) return auxv.readUInt32LE(at + 8);
  }
  return 4096;
}

const known = new Map<string, number>();

/** 4096 on most machines, 16384 or 65536 on many of arm64; looked up once. */
export function pageBytes(proc = '/proc'): number {
  const earlier = known.get(proc);
  if (earlier !== undefined) return earlier;
  const bytes = parsePageSize(readFileSync(existsSync(join(proc, 'self/auxv')) ? join(proc, 'self/auxv') : '/proc/self/auxv'));
  known.set(proc, bytes);
  return bytes;
}
