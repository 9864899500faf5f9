// QuestDB: its configuration file, Java command and readiness.
import { join } from 'node:path';
import { fullDisk } from './disk-room.ts';
import type { Login, Part } from './part.ts';
import { mendQuestdbFiles, settleQuestdbFiles } from './questdb-files.ts';

export interface QuestdbOptions {
  /** Path of the Java program (17 or newer). */
  java: string;
  /** Path of the QuestDB jar. */
  jar: string;
  /** Folder for its configuration and tables. */
  dir: string;
  /** Address to listen on; default loopback. */
  host?: string;
  httpPort: number;
  pgPort: number;
  /** May everything, over HTTP and PG. */
  admin: Login;
  /** May only read, over PG. */
  reader: Login;
  /** When a commit counts: `sync` and `async` reach the disk, `nosync` does not. Default `sync`. */
  commitMode?: 'sync' | 'async' | 'nosync';
  /** Compiles quickly rather than well: halves the CPU of a start, for a database that will not live long. Default false. */
  shortLived?: boolean;
  /** Java heap; default 512. Tables live outside of it. */
  heapMegabytes?: number;
}

/**
 * Its threads take all CPUs at each commit for some milliseconds, in which no acknowledgement would be given: with 500 pushes a second on two CPUs
 * 90 % were answered in 41 ms without it, in 14 ms with it.
 */
const NICE = 10;

/** The part. One process, no listener but HTTP and PG, both on loopback and both with a login. */
export function questdbPart(options: QuestdbOptions): Part {
  const heap = options.heapMegabytes ?? 512;
  return {
    name: 'questdb',
    nice: NICE,
    command: options.java,
    args: [
      `-Xmx${heap}m`,
      '-XX:+UseParallelGC',
      ...(options.shortLived === true ? ['-XX:TieredStopAtLevel=1'] : []),
      '-p',
      options.jar,
      '-m',
      'io.questdb/io.questdb.ServerMain',
      '-d',
      options.dir,
    ],
    folders: [options.dir, join(options.dir, 'conf')],
    files: [
      { path: join(options.dir, 'conf', 'server.conf'), text: questdbConfig(options) },
      { path: join(options.dir, 'conf', 'log.conf'), text: LOG_CONFIG },
    ],
    readiness: { kind: 'ask', ask: () => execute(options, 'select 1', READY_WITHIN_MS).then(() => undefined) },
    // What it makes at its first start is on disk before the first row is: otherwise it does not start any more after a power cut.
    beforeStart: () => mendQuestdbFiles(options.dir),
    afterReady: () => settleQuestdbFiles(options.dir),
    liveness: { ask: () => writeAndRead(options), waitsFor: () => fullDisk(options.dir) },
  };
}

/** Without it, QuestDB writes several lines for every request. */
export const LOG_CONFIG = `writers=stdout
w.stdout.class=io.questdb.log.LogConsoleWriter
w.stdout.level=CRITICAL,ERROR,ADVISORY
`;

/** What its settings are made from. */
export type QuestdbSettingOptions = Partial<QuestdbOptions> & Pick<QuestdbOptions, 'httpPort' | 'pgPort' | 'admin' | 'reader'>;

/** The text of server.conf. */
export function questdbConfig(options: QuestdbSettingOptions): string {
  return `${Object.entries(questdbSettings(options))
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')}\n`;
}

function questdbSettings(options: QuestdbSettingOptions): Record<string, string | number | boolean> {
  const host = options.host ?? '127.0.0.1';
  return {
    'http.bind.to': `${host}:${options.httpPort}`,
    'http.user': options.admin.user,
    'http.password': options.admin.password,
    'http.min.enabled': false,
    'pg.net.bind.to': `${host}:${options.pgPort}`,
    'pg.user': options.admin.user,
    'pg.password': options.admin.password,
    'pg.readonly.user.enabled': true,
    'pg.readonly.user': options.reader.user,
    'pg.readonly.password': options.reader.password,
    'line.tcp.enabled': false,
    'line.udp.enabled': false,
    'line.http.enabled': true,
    // A tag column that ILP makes is not part of the dedup key: only the ETL changes a schema.
    'line.auto.create.new.tables': false,
    'line.auto.create.new.columns': false,
    'cairo.commit.mode': options.commitMode ?? 'sync',
    // What each column of a table's newest partition takes on disk at least: 16 MiB by default, which for the columns of the roll-ups would be gigabytes.
    'cairo.writer.data.append.page.size': '256k',
    'cairo.writer.data.index.value.append.page.size': '256k',
    ...poolSettings(),
    // Empty roots: no statement reads or writes files of this host.
    'cairo.sql.copy.root': '',
    'cairo.sql.copy.export.root': '',
    ...querySettings(),
    'telemetry.enabled': false,
    'telemetry.disable.completely': true,
    'metrics.enabled': false,
  };
}

/** What a gateway asks at a time: four queries of callers, two of its own. Each costs 0.3 % of a core while it waits for work. */
const PG_WORKERS = 6;

/**
 * What keeps a query from taking the database. PG has threads of its own, so that no ILP request waits for a reader's. A statement looks each
 * 2,000 rows, by default 2,000,000, whether its time is up, its caller gone or it is cancelled: with costly rows that was 5 s rather than 0.2 s.
 */
function querySettings(): Record<string, string | number> {
  return { 'query.timeout': '60s', 'pg.worker.count': PG_WORKERS, 'circuit.breaker.throttle': 2000, ...memorySettings() };
}

/** What one sort, join, group or window of a statement may take beside the heap, where the default is all that the machine has: about 1 GiB. */
function memorySettings(): Record<string, string | number> {
  const structures: Readonly<Record<string, [pageMegabytes: number, pages: number]>> = {
    ...{ 'sort.key': [4, 256], 'sort.value': [16, 64], 'sort.light.value': [8, 128] },
    ...{ 'hash.join.value': [16, 64], 'hash.join.light.value': [1, 1024] },
    ...{ 'window.store': [1, 1024], 'window.rowid': [1, 512], 'window.tree': [1, 512] },
  };
  return Object.fromEntries(
    Object.entries(structures).flatMap(([name, [megabytes, pages]]) => [
      [`cairo.sql.${name}.page.size`, `${megabytes}m`],
      [`cairo.sql.${name}.max.pages`, pages],
    ]),
  );
}

const POOLS = ['shared', 'http', 'pg', 'wal.apply', 'mat.view.refresh', 'view.compiler', 'export'];

/**
 * After each job a worker looks for another without a pause, by default 7,000 times: with 24 tables that are committed each second all threads
 * together took 46 % of a core, and 16 % with these, and what was committed was visible in 159 ms rather than 229.
 */
function poolSettings(): Record<string, number> {
  return Object.fromEntries(
    POOLS.flatMap((pool) => [
      [`${pool}.worker.nap.threshold`, 100],
      [`${pool}.worker.sleep.threshold`, 200],
    ]),
  );
}

type Door = Pick<QuestdbOptions, 'httpPort' | 'admin'>;
const READY_WITHIN_MS = 2000;
const LIVE_WITHIN_MS = 10_000;

/** Under the prefix of the database's own tables, which no list of measurements shows. Without a log of its own: a row is in it when the write returns. */
const PROBE = '"sys.muster_alive"';
const MAKE_PROBE = `CREATE TABLE IF NOT EXISTS ${PROBE} (timestamp TIMESTAMP, n LONG) TIMESTAMP(timestamp) PARTITION BY HOUR TTL 1 HOUR BYPASS WAL`;

/** Writes a row and reads it. A probe table that is damaged is made again: it must not be what the database is started again for. */
export async function writeAndRead(door: Door, n = Math.floor(Math.random() * 2 ** 40)): Promise<boolean> {
  const write = (): Promise<unknown> => execute(door, `INSERT INTO ${PROBE} VALUES (now(), ${n})`, LIVE_WITHIN_MS);
  try {
    await execute(door, MAKE_PROBE, LIVE_WITHIN_MS);
    await write();
  } catch (error) {
    if (!(error instanceof QuestdbRefusal)) throw error;
    await execute(door, `DROP TABLE IF EXISTS ${PROBE}`, LIVE_WITHIN_MS);
    await execute(door, MAKE_PROBE, LIVE_WITHIN_MS);
    await write();
  }
  const { dataset } = await execute(door, `SELECT count() FROM ${PROBE} WHERE n = ${n}`, LIVE_WITHIN_MS);
  if (Number(dataset?.[0]?.[0] ?? 0) < 1) throw new Error('QuestDB does not give back the row that it took');
  return true;
}

/** It answers, and says no. */
class QuestdbRefusal extends Error {}

async function execute({ httpPort, admin }: Door, statement: string, withinMs: number): Promise<{ dataset?: unknown[][] }> {
  const response = await fetch(`http://127.0.0.1:${httpPort}/exec?query=${encodeURIComponent(statement)}`, {
    headers: { authorization: basicAuthorization(admin) },
    signal: AbortSignal.timeout(withinMs),
  });
  const body = await response.text();
  if (!response.ok) throw new QuestdbRefusal(`QuestDB answers ${response.status}: ${body}`);
  return JSON.parse(body) as { dataset?: unknown[][] };
}

/** The value of an HTTP `authorization` header for `login`. */
export function basicAuthorization(login: Login): string {
  return `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
}
