// Has the files of another program on disk: QuestDB commits rows durably, and leaves what it makes for a new table to the kernel.
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** At once: more would only wait for each other in the disk's queue. */
const AT_ONCE = 8;

export class DurableTree {
  readonly #folder: string;
  /** What each path was when it was last on disk. */
  #known = new Map<string, string>();
  #syncing: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** On disk when it resolves: what has changed since the last call, folders for the names in them. What goes away meanwhile is not missed. */
  sync(): Promise<void> {
    this.#syncing = this.#syncing.catch(() => undefined).then(() => this.#sync());
    return this.#syncing;
  }

  async #sync(): Promise<void> {
    const found = new Map<string, string>();
    await collect(this.#folder, found);
    const changed = [...found.keys()].filter((path) => this.#known.get(path) !== found.get(path));
    const next = changed.values();
    const work = async (): Promise<void> => {
      for (const path of next) await syncPath(path);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    this.#known = found;
  }
}

/** Path → what it is now; a file that is written to while it is synced differs at the next look. */
async function collect(path: string, found: Map<string, string>): Promise<void> {
  const stats = await lstat(path).catch(unlessGone);
  if (stats === undefined || !(stats.isFile() || stats.isDirectory())) return;
  found.set(path, `${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`);
  if (!stats.isDirectory()) return;
  for (const name of (await readdir(path).catch(unlessGone)) ?? []) await collect(join(path, name), found);
}

async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r').catch(unlessGone);
  try {
    await file?.sync();
  } finally {
    await file?.close();
  }
}

function unlessGone(error: unknown): undefined {
  if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  return undefined;
}
