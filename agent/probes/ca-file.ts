// Reads the certificates that a probe trusts from a file of this machine, without waiting for what never ends.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** What PEM a probe may bring along. A bundle of all public authorities has 230 KB. */
export const MAX_CA_BYTES = 256 * 1024;

/** The content; `unreadable` for what is no regular file (a device, a pipe, a folder), is larger than `MAX_CA_BYTES`, or cannot be read. */
export async function readCaFile(path: string): Promise<string | 'unreadable'> {
  try {
    // Without O_NONBLOCK the open itself waits on a pipe that nobody writes to.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stat = await file.stat();
      if (!stat.isFile() || stat.size > MAX_CA_BYTES) return 'unreadable';
      // The file may grow meanwhile: never more than its size is read.
      const { bytesRead, buffer } = await file.read(Buffer.alloc(stat.size), 0, stat.size, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return 'unreadable';
  }
}
