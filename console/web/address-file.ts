// The file that always holds the address with a token not yet spent, for whoever opens the console later.
import { renameSync, writeFileSync } from 'node:fs';

/** Readable by the owner alone; never half-written. */
export function writeAddressFile(path: string, url: string): void {
  const part = `${path}.part`;
  writeFileSync(part, `${url}\n`, { mode: 0o600 });
  renameSync(part, path);
}
