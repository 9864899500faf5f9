// What QuestDB leaves to the kernel at its first start, and does not start with when a power cut has emptied it: taken away, it is made again.
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeDurably } from '../../core/node/durable-file.ts';
import { DurableTree } from '../../core/node/durable-tree.ts';
import { damageOf } from '../../core/node/start-file.ts';

/** Made once all that the first start makes is on disk. Nothing stores rows before. */
const SERVED = 'served-once';
/** Folders in `db` that are the database's own. */
const OWN_TABLES = /^(sys\.|_|telemetry)/;

/** Files of a table that always hold something: without them the database does not open it. */
const TABLE_FILES = ['_txn', '_meta'];
/** What was written within so long may still be under way; whatever a power cut has emptied is older. */
const SETTLED_MS = 3000;
const HEAD_BYTES = 64 * 1024;

/** Before a start. Gives a sentence for each thing that was taken away, or that needs hands. */
export function mendQuestdbFiles(dir: string): string[] {
  const said = [mendWebFiles(join(dir, 'public')), ...mendSettings(join(dir, 'conf')), mendFirstStart(dir)];
  return [...said, ...mendTables(join(dir, 'db'))].filter((sentence) => sentence !== undefined);
}

/**
 * The same where it is not known whether the database runs, as in containers, and nobody has marked that it served: what is taken away is damaged in
 * a way that no running database leaves. Gives a sentence for each thing that was taken away, or that needs hands.
 */
export function mendQuestdbVolume(dir: string, nowMs = Date.now()): string[] {
  const isSettled = (path: string): boolean => !existsSync(path) || nowMs - statSync(path).mtimeMs > SETTLED_MS;
  const said = isSettled(join(dir, 'public', 'version.txt')) ? [mendWebFiles(join(dir, 'public'))] : [];
  return [...said, ...mendSettings(join(dir, 'conf'), isSettled), ...mendTables(join(dir, 'db'), isSettled)].filter(
    (sentence) => sentence !== undefined,
  );
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

function mendSettings(folder: string, isSettled = (_: string): boolean => true): string[] {
  const empty = filesIn(folder).filter((path) => statSync(path).size === 0 && isSettled(path));
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

/** A damaged table of the database's own is made again by it; one that may hold rows is named, and what to do with it. */
function mendTables(db: string, isSettled = (_: string): boolean => true): string[] {
  if (!existsSync(db)) return [];
  const tables = readdirSync(db, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const said = tables.flatMap(({ name }) => {
    const folder = join(db, name);
    const damaged = TABLE_FILES.map((file) => join(folder, file)).find((path) => isDamaged(path) && isSettled(path));
    if (damaged === undefined) return [];
    // One with a number stands in the list of tables, and is not made again for being away.
    if (OWN_TABLES.test(name) && !name.includes('~')) {
      rmSync(folder, { recursive: true });
      return [`${damaged} was empty or damaged: QuestDB makes ${folder} again`];
    }
    const words = `${damaged} is empty or damaged, and QuestDB cannot open that table`;
    return [`${words}: stop it, move ${folder} to another place and start again; then see \`muster verify\`, and restore from a backup`];
  });
  return [...said, ...registryProblems(db, tables.filter(({ name }) => name.includes('~')).length, isSettled)];
}

/** The list of tables. */
function registryProblems(db: string, tables: number, isSettled: (path: string) => boolean): string[] {
  if (tables === 0) return [];
  return filesIn(db)
    .filter((path) => /^tables\.d\.\d+$/.test(basename(path)) && isDamaged(path) && isSettled(path))
    .map(
      (path) => `${path} is empty or damaged, and QuestDB does not know its ${tables} tables: restore ${db} from a backup before it starts`,
    );
}

/** There, and without a byte that says anything. */
function isDamaged(path: string): boolean {
  if (!existsSync(path)) return false;
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const length = readSync(file, head, 0, HEAD_BYTES, 0);
    return head.subarray(0, length).every((byte) => byte === 0);
  } finally {
    closeSync(file);
  }
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(folder, entry.name));
}
