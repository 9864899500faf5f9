// How far an import is, on disk: after a kill it goes on there. A file for each content and set of options.
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { SourcePosition } from '../../core/files/import/import-source.ts';
import { makeFolderDurably, writeDurably } from '../../core/node/durable-file.ts';

const CHECKPOINT = z.object({
  file: z.string(),
  identity: z.string(),
  position: z.object({ offset: z.number(), row: z.number() }),
  /** Batches of each node that are durably stored. */
  numbers: z.record(z.string(), z.number()),
  /** Rows of each node that were offered, where their number is limited. */
  offered: z.record(z.string(), z.number()).default({}),
  /** The first name of each node that had a port. */
  names: z.record(z.string(), z.string()).optional(),
  /** Rows durably in the stream, and their times. */
  rows: z.number(),
  /** Rows that were not acceptable, and those left out as asked. */
  refused: z.number().default(0),
  leftOut: z.number().default(0),
  times: z.object({ firstUs: z.number(), lastUs: z.number() }).optional(),
  shiftUs: z.number(),
  done: z.boolean(),
});
export type Checkpoint = z.output<typeof CHECKPOINT> & { position: SourcePosition };

export class CheckpointFile {
  readonly path: string;

  /** In the folder of the state; `identity` tells content and options from others. */
  constructor(stateFolder: string, identity: string) {
    const folder = join(stateFolder, 'imports');
    makeFolderDurably(folder);
    this.path = join(folder, `${createHash('sha256').update(identity).digest('hex').slice(0, 24)}.json`);
  }

  /** Undefined where there is none, or none that can be read: then the import begins anew, which does no harm. */
  load(): Checkpoint | undefined {
    try {
      return CHECKPOINT.parse(JSON.parse(readFileSync(this.path, 'utf8')));
    } catch {
      return undefined;
    }
  }

  save(checkpoint: Checkpoint): void {
    writeDurably(this.path, JSON.stringify(checkpoint));
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}
