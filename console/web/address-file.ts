// The file that always holds the address with a token not yet spent, for whoever opens the console later.
import { writeDurably } from '../../core/node/durable-file.ts';

/** Readable by the owner alone; never half-written. */
export function writeAddressFile(path: string, url: string): void {
  writeDurably(path, `${url}\n`);
}
