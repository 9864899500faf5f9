// Small files of /sys, read whole and at once. What is not there, or cannot be read, is empty.
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';

export function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Where a link points to, as it stands in the link. */
export function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** The path without links. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return '';
  }
}
