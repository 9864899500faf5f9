// What the spools of agents say, read from their files without any code of the agent.
import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface SpoolContent {
  nodeId: string;
  /** Hexadecimal. */
  epoch: string;
  /** Number of the newest batch that was committed; 0 where none was. */
  lastSeq: number;
  /** Rows of all batches ever committed. */
  rowsCommitted: number;
  /** Batches still in the file. An acknowledged one may be among them: it goes with the next transaction. */
  held: { seq: number; rows: number }[];
  /** Rows of batches given up: dropped or set aside. */
  rowsDropped: number;
}

/** Every spool below `folder` that has an identity beside it. The agents must not run: they hold their files for themselves. */
export function readSpools(folder: string): SpoolContent[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name === 'spool.db')
    .map((entry) => readSpool(entry.parentPath));
}

function readSpool(stateDir: string): SpoolContent {
  const certificate = join(stateDir, 'identity', 'certificate.pem');
  if (!existsSync(certificate)) throw new Error(`${stateDir} has a spool and no identity`);
  const nodeId = /^CN=(.+)$/m.exec(new X509Certificate(readFileSync(certificate)).subject)?.[1] ?? '';
  const database = new DatabaseSync(join(stateDir, 'spool.db'));
  try {
    const meta = database.prepare('SELECT hex(epoch) AS epoch, next_seq AS nextSeq, rows_committed AS rows FROM meta').get() as {
      epoch: string;
      nextSeq: number;
      rows: number;
    };
    const held = database.prepare('SELECT seq, rows FROM batches ORDER BY seq').all() as { seq: number; rows: number }[];
    const dropped = database.prepare('SELECT coalesce(sum(rows), 0) AS rows FROM dropped').get() as { rows: number };
    return {
      nodeId,
      epoch: meta.epoch.toLowerCase(),
      lastSeq: meta.nextSeq - 1,
      rowsCommitted: meta.rows,
      held,
      rowsDropped: dropped.rows,
    };
  } finally {
    database.close();
  }
}
