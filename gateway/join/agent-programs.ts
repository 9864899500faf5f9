// The agents that a gateway gives away: executables by system and architecture, and the one file that Node runs. Each is named by its SHA-256.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface AgentProgram {
  /** `linux-x64`, `linux-arm64`; `node` for the one file that Node runs. */
  readonly target: string;
  readonly path: string;
  /** Hex. */
  readonly sha256: string;
  readonly bytes: number;
}

export interface AgentFiles {
  /** Folder of executables, as `npm run package -- agent` makes them; empty for none. */
  folder: string;
  /** The one file; empty for none. */
  bundle: string;
}

const EXECUTABLE = /^muster-agent-[\w.+-]+-(linux-(?:x64|arm64))$/;
/** Of a folder that is not ours to fill. */
const LOOKED_AT = 64;

interface Found {
  target: string;
  path: string;
  bytes: number;
  modifiedMs: number;
}

export class AgentPrograms {
  readonly #files: AgentFiles;
  /** By path: the sum of a file as it was then. */
  readonly #sums = new Map<string, { found: Found; sha256: Promise<string> }>();

  constructor(files: AgentFiles) {
    this.#files = files;
  }

  /** As they are on the disk now; of several for one target the newest. A file that cannot be read is left out. */
  async list(): Promise<AgentProgram[]> {
    const newest = new Map<string, Found>();
    for (const found of await this.#find()) {
      const before = newest.get(found.target);
      if (before === undefined || before.modifiedMs < found.modifiedMs) newest.set(found.target, found);
    }
    for (const path of this.#sums.keys()) if (![...newest.values()].some((found) => found.path === path)) this.#sums.delete(path);
    const programs = await Promise.all([...newest.values()].map((found) => this.#read(found)));
    return programs.filter((program) => program !== undefined).sort((a, b) => a.target.localeCompare(b.target));
  }

  async #find(): Promise<Found[]> {
    const { folder, bundle } = this.#files;
    const names = folder === '' ? [] : await readdir(folder).catch(() => []);
    const executables = names.flatMap((name) => {
      const target = EXECUTABLE.exec(name)?.[1];
      return target === undefined ? [] : [{ target, path: join(folder, name) }];
    });
    const wanted = [...executables.slice(0, LOOKED_AT), ...(bundle === '' ? [] : [{ target: 'node', path: bundle }])];
    const found = await Promise.all(
      wanted.map(async ({ target, path }) => {
        const about = await stat(path).catch(() => undefined);
        return about?.isFile() ? [{ target, path, bytes: about.size, modifiedMs: about.mtimeMs }] : [];
      }),
    );
    return found.flat();
  }

  async #read(found: Found): Promise<AgentProgram | undefined> {
    let known = this.#sums.get(found.path);
    if (known === undefined || known.found.bytes !== found.bytes || known.found.modifiedMs !== found.modifiedMs) {
      known = { found, sha256: sumOf(found.path) };
      this.#sums.set(found.path, known);
    }
    try {
      return { target: found.target, path: found.path, bytes: found.bytes, sha256: await known.sha256 };
    } catch {
      this.#sums.delete(found.path);
      return undefined;
    }
  }
}

async function sumOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
