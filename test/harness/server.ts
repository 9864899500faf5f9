// A part under test: started on free ports in a temporary folder, killed and restarted at will, gone at the end.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Part } from '../../cli/parts/part.ts';
import { type Child, startChild } from '../../cli/process/child.ts';

export interface Server {
  /** Folder of its state. */
  readonly dir: string;
  /** Of the process that runs now. */
  readonly pid: number;
  /** SIGKILL; its ports and folder stay for `restart`. */
  kill(): Promise<void>;
  /** Ends it when it runs, starts it on the same ports and folder, waits until it serves. */
  restart(): Promise<void>;
  /** Ends it and removes a folder that the harness made. */
  stop(): Promise<void>;
}

/** A folder `muster-NAME-…` in the system's temporary folder. */
export function temporaryFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `muster-${name}-`));
}

/** Starts `part`, whose state is in `dir`. `ownFolder` is removed by `stop`. */
export async function startServer(part: Part, dir: string, ownFolder: boolean): Promise<Server> {
  const logFile = join(dir, 'logs', `${part.name}.log`);
  let child: Child = startChild(part, logFile);
  const restart = async (): Promise<void> => {
    await child.stop();
    child = startChild(part, logFile);
    await child.ready(120_000);
  };
  const stop = async (): Promise<void> => {
    await child.stop();
    if (ownFolder) rmSync(dir, { recursive: true, force: true });
  };
  try {
    await child.ready(120_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    dir,
    get pid() {
      return child.pid;
    },
    kill: async () => void (await child.kill()),
    restart,
    stop,
  };
}
