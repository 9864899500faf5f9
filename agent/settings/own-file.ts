// Tells when the agent's own configuration file changed, or when somebody asks for it to be read again (SIGHUP).
import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Component } from '../../core/node/lifecycle.ts';

/** An editor writes a file in several steps. */
const SETTLED_MS = 300;

/** The file that `--config` or the variable names; undefined where there is none. */
export function configFileOf(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): string | undefined {
  const flag = argv.findLastIndex((argument) => argument === '--config' || argument.startsWith('--config='));
  const argument = argv[flag];
  const path = argument === '--config' ? argv[flag + 1] : (argument?.slice('--config='.length) ?? env['MUSTER_AGENT_CONFIG']);
  return path === undefined || path === '' ? undefined : resolve(path);
}

export class OwnFileWatch implements Component {
  readonly name = 'configuration file';
  readonly #path: string | undefined;
  readonly #onChange: () => void;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #mark = '';

  /** Without a path there is only the signal. */
  constructor(path: string | undefined, onChange: () => void) {
    this.#path = path;
    this.#onChange = onChange;
  }

  async start(): Promise<void> {
    process.on('SIGHUP', this.#onChange);
    const path = this.#path;
    if (path === undefined) return;
    this.#mark = markOf(path);
    try {
      // The folder: a file that is replaced by another is a change of the folder, and a watch on the old one would say nothing more.
      this.#watcher = watch(dirname(path), { persistent: false }, () => {
        this.#timer ??= setTimeout(() => this.#look(path), SETTLED_MS).unref();
      });
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // No more watches on this machine: the signal still works.
      this.#watcher = undefined;
    }
  }

  async stop(): Promise<void> {
    process.off('SIGHUP', this.#onChange);
    clearTimeout(this.#timer);
    this.#watcher?.close();
  }

  #look(path: string): void {
    this.#timer = undefined;
    const mark = markOf(path);
    if (mark === this.#mark) return;
    this.#mark = mark;
    this.#onChange();
  }
}

/** Differs after each change; empty while there is no such file. */
function markOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
}
