// The SQLite file of a spool: opens it, tells a foreign or damaged file from one that cannot be opened, and sets the former aside.
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MusterError, messageOf } from '../../core/common/muster-error.ts';
import { moveDurably } from '../../core/node/durable-file.ts';

/** `Must`, in the header of the file. */
export const APPLICATION_ID = 0x4d757374;
const SCHEMA_VERSION = 1;
const KEEP_SET_ASIDE = 3;
/** A start waits no longer than it takes to look through this much; systemd gives it 90 s. */
const CHECK_AT_START_BYTES = 128 * 1024 * 1024;

/**
 * How far the pages of a file are looked through: `small` does it where that is quick, and leaves a large file to be found out when a damaged page is
 * met; `all` is for a file in which one was met.
 */
export type PageCheck = 'none' | 'small' | 'all';

/**
 * `power_cut`: a commit is on disk when it returns (with NORMAL a power cut takes the last ones). `kill`: it is with the kernel when it
 * returns, which is enough for nodes that only exist in a process.
 */
export type Survives = 'power_cut' | 'kill';
const SYNCHRONOUS: Readonly<Record<Survives, string>> = { power_cut: 'FULL', kill: 'OFF' };

// One process owns the file, so that the index of
// the log lives in its memory. Small caches: the newest batches are held elsewhere, older ones are read once.
const toPragmas = (survives: Survives): string => `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = ${SYNCHRONOUS[survives]};
  PRAGMA cache_size = -256;
  PRAGMA wal_autocheckpoint = 256;
  PRAGMA journal_size_limit = 4194304;
  PRAGMA temp_store = MEMORY;
`;

const SCHEMA = `
  CREATE TABLE batches (seq INTEGER PRIMARY KEY, created_us INTEGER NOT NULL, rows INTEGER NOT NULL, bytes BLOB NOT NULL);
  CREATE TABLE set_aside (
    epoch BLOB NOT NULL, seq INTEGER NOT NULL, created_us INTEGER NOT NULL, rows INTEGER NOT NULL, reason TEXT NOT NULL, bytes BLOB NOT NULL,
    PRIMARY KEY (epoch, seq));
  CREATE TABLE dropped (
    id INTEGER PRIMARY KEY, epoch BLOB NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, rows INTEGER NOT NULL,
    reason TEXT NOT NULL, carrier INTEGER);
  CREATE TABLE meta (id INTEGER PRIMARY KEY CHECK (id = 1), epoch BLOB NOT NULL, next_seq INTEGER NOT NULL, rows_committed INTEGER NOT NULL);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** A file that was there but is no spool of ours any more. */
export interface SetAsideFile {
  /** Where it is now. */
  path: string;
  reason: string;
}

export interface OpenedDatabase {
  database: DatabaseSync;
  setAside: SetAsideFile | undefined;
}

/**
 * Opens or makes the file. One that is damaged or another program's is renamed and a new one with a new epoch made. Throws `unavailable`
 * where the folder cannot be written, the disk is full or the file is in use. `beforeSetAside` may still read a file that is to be renamed.
 */
export function openSpoolDatabase(
  path: string,
  survives: Survives = 'power_cut',
  beforeSetAside?: () => void,
  check: PageCheck = 'small',
): OpenedDatabase {
  let setAside: SetAsideFile | undefined;
  if (existsSync(path)) {
    const found = openExisting(path, survives, check);
    if (typeof found !== 'string') return { database: found, setAside };
    beforeSetAside?.();
    setAside = { path: moveAside(path), reason: found };
  }
  return { database: createSpoolDatabase(path, survives), setAside };
}

/** The database, or why the file is not a spool. */
export function openExisting(path: string, survives: Survives = 'power_cut', check: PageCheck = 'small'): DatabaseSync | string {
  const { size } = statSync(path);
  if (size === 0 && !existsSync(`${path}-wal`)) return 'the file is empty';
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec(toPragmas(survives));
    const reason = whyNotSpool(database, looksThrough(size, check));
    if (reason === undefined) return database;
    database.close();
    return reason;
  } catch (error) {
    if (database?.isOpen) database.close();
    const words = damageIn(error);
    if (words !== undefined) return words;
    throw cannotUse(path, error);
  }
}

/** Whether the pages of a file of so many bytes are looked through. */
export function looksThrough(bytes: number, check: PageCheck): boolean {
  return check === 'all' || (check === 'small' && bytes <= CHECK_AT_START_BYTES);
}

function whyNotSpool(database: DatabaseSync, checkPages: boolean): string | undefined {
  const { application_id: id } = database.prepare('PRAGMA application_id').get() as { application_id: number };
  if (id !== APPLICATION_ID) return 'the file belongs to another program';
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version !== SCHEMA_VERSION) return `the file has version ${version}, this agent writes ${SCHEMA_VERSION}`;
  if (checkPages) {
    const check = database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
    if (check.quick_check !== 'ok') return `the file is damaged: ${check.quick_check.replaceAll('\n', ' ')}`;
  }
  if (database.prepare('SELECT 1 FROM meta').get() === undefined) return 'the file has no epoch';
  return undefined;
}

/** A new file, with a new epoch where none is given. */
export function createSpoolDatabase(path: string, survives: Survives = 'power_cut', epoch: Uint8Array = randomBytes(16)): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec(toPragmas(survives));
    database.exec(`BEGIN IMMEDIATE; ${SCHEMA}`);
    database.prepare('INSERT INTO meta VALUES (1, ?, 1, 0)').run(epoch);
    database.exec('COMMIT');
    return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    throw cannotUse(path, error);
  }
}

/** https://sqlite.org/rescode.html: CORRUPT, NOTADB; ERROR is a missing table or column of ours. */
const DAMAGE = new Map([
  [1, 'the file does not have the tables of a spool'],
  [11, 'the file is damaged'],
  [26, 'the file is not an SQLite database'],
]);

function damageIn(error: unknown): string | undefined {
  const code = (error as { errcode?: number }).errcode;
  return code === undefined ? undefined : DAMAGE.get(code & 0xff);
}

function cannotUse(path: string, error: unknown): MusterError {
  return new MusterError('unavailable', `spool ${path} cannot be used: ${messageOf(error)}`, error);
}

export function moveAside(path: string): string {
  const target = `${path}.set-aside-${new Date().toISOString().replaceAll(':', '-')}`;
  for (const suffix of ['-wal', '-shm']) if (existsSync(path + suffix)) moveDurably(path + suffix, target + suffix);
  moveDurably(path, target);
  const prefix = `${basename(path)}.set-aside-`;
  const old = readdirSync(dirname(path)).filter((name) => name.startsWith(prefix) && !/-(wal|shm)$/.test(name));
  for (const name of old.sort().slice(0, -KEEP_SET_ASIDE)) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(dirname(path), name + suffix), { force: true });
  }
  return target;
}
