// The manifest during one pass: read once, and written when a table has all its files, or a minute has gone by. Only a pass writes it, one at a time.
import { type ColdPartition, readColdManifest, writeColdManifest } from '../../core/files/cold/cold-manifest.ts';

/** A pass that is killed makes the files of so long again. */
const SAVE_AFTER_MS = 60_000;

export class PassManifest {
  readonly #folder: string;
  #entries: ColdPartition[] | undefined;
  #isSaved = true;
  #savedMs = performance.now();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The files of a table. Throws `malformed` for a manifest that is none, each time it is asked. */
  of(table: string): ColdPartition[] {
    this.#entries ??= readColdManifest(this.#folder);
    return this.#entries.filter((entry) => entry.table === table);
  }

  /** For a file that is on disk and right. Only `save` puts the entry there. */
  add(entry: ColdPartition): void {
    this.#entries = [...(this.#entries ?? readColdManifest(this.#folder)), entry];
    this.#isSaved = false;
    if (performance.now() - this.#savedMs > SAVE_AFTER_MS) this.save();
  }

  /** What was added is on disk when it returns: before that no partition may leave the database. */
  save(): void {
    if (this.#isSaved || this.#entries === undefined) return;
    writeColdManifest(this.#folder, this.#entries);
    this.#isSaved = true;
    this.#savedMs = performance.now();
  }
}
