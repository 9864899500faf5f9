// What QuestDB leaves to the kernel at its first start, and does not start with when a power cut has emptied it: taken away, it is made again.
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../../core/node/durable-file.ts';
import { DurableTree } from '../../core/node/durable-tree.ts';
import { damageOf } from '../../core/node/start-file.ts';

/** Made once all that the first start makes is on disk. Nothing stores rows before. */
const SERVED = 'served-once';
/** Folders in `db` that are the database's own. */
const OWN_TABLES = /^(sys\.|_|telemetry)/;

/** Before a start. Gives a sentence for each thing that was taken away. */
export function mendQuestdbFiles(dir: string): string[] {
  return [mendWebFiles(join(dir, 'public')), ...mendSettings(join(dir, 'conf')), mendFirstStart(dir)].filter((said) => said !== undefined);
}

/** When it serves. */
export async function settleQuestdbFiles(dir: string): Promise<void> {
  await new DurableTree(dir).sync();
  if (!existsSync(join(dir, SERVED))) writeDurably(join(dir, SERVED), 'QuestDB served here, and its files are on disk.\n');
}

/** Its web page is unpacked again where it does not say of which version it is. */
function mendWebFiles(folder: string): string | undefined {
  const version = join(folder, 'version.txt');
  if (!existsSync(version) || damageOf(readFileSync(version, 'utf8')) === undefined) return undefined;
  rmSync(folder, { recursive: true });
  return `${version} was empty: QuestDB unpacks ${folder} again`;
}

function mendSettings(folder: string): string[] {
  const empty = filesIn(folder).filter((path) => statSync(path).size === 0);
  for (const path of empty) rmSync(path);
  return empty.map((path) => `${path} was empty: it is made again`);
}

/** A first start that was cut off before anything could be stored begins again. */
function mendFirstStart(dir: string): string | undefined {
  const db = join(dir, 'db');
  if (existsSync(join(dir, SERVED)) || !existsSync(db)) return undefined;
  if (readdirSync(db, { withFileTypes: true }).some((entry) => entry.isDirectory() && !OWN_TABLES.test(entry.name))) return undefined;
  rmSync(db, { recursive: true });
  return `${db} is of a first start that was cut off, and holds no table: it is made again`;
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(folder, entry.name));
}
