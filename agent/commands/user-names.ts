// Names of users, as /etc/passwd has them.
import { readFileSync } from 'node:fs';

/** Reads the file once; a number that it does not name stays a number. */
export function createUserNames(path = '/etc/passwd'): (uid: number) => string {
  const names = new Map<number, string>();
  for (const line of readLines(path)) {
    const [name, , uid] = line.split(':');
    if (name !== undefined && uid !== undefined && uid !== '' && !names.has(Number(uid))) names.set(Number(uid), name);
  }
  return (uid) => names.get(uid) ?? String(uid);
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}
