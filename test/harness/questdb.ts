// A real QuestDB for a test, and SQL over HTTP that no other part of Muster is involved in.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Login } from '../../cli/parts/part.ts';
import { basicAuthorization, type QuestdbOptions, questdbPart } from '../../cli/parts/questdb-part.ts';
import { resolveRuntime } from '../../deploy/setup/runtimes.mjs';
import { freePorts } from './ports.ts';
import { type Server, startServer, temporaryFolder } from './server.ts';

export interface QuestdbHarness extends Server {
  /** `http://127.0.0.1:PORT` */
  httpUrl: string;
  httpPort: number;
  pgPort: number;
  admin: Login & { passwordFile: string };
  reader: Login & { passwordFile: string };
  /** Runs a statement as the administrator and returns its rows; throws with QuestDB's words. */
  sql(statement: string): Promise<unknown[][]>;
}

export interface QuestdbHarnessOptions {
  /** Default: a temporary folder that `stop` removes. */
  dir?: string;
  commitMode?: NonNullable<QuestdbOptions['commitMode']>;
}

/** Starts one with the configuration of `muster up`. Takes about 3 s; always `stop` it (`afterAll`). */
export async function startQuestdb(options: QuestdbHarnessOptions = {}): Promise<QuestdbHarness> {
  const dir = options.dir ?? temporaryFolder('questdb');
  mkdirSync(dir, { recursive: true });
  const [httpPort = 0, pgPort = 0] = await freePorts(2);
  const login = (user: string): Login & { passwordFile: string } => {
    const passwordFile = join(dir, `${user}.password`);
    writeFileSync(passwordFile, `${user}-secret\n`, { mode: 0o600 });
    return { user, password: `${user}-secret`, passwordFile };
  };
  const admin = login('admin');
  const reader = login('reader');
  const [java, jar] = await Promise.all([resolveRuntime('java'), resolveRuntime('questdb')]);
  const part = questdbPart({
    java,
    jar,
    dir: join(dir, 'questdb'),
    httpPort,
    pgPort,
    admin,
    reader,
    shortLived: true,
    ...(options.commitMode === undefined ? {} : { commitMode: options.commitMode }),
  });
  const server = await startServer(part, dir, options.dir === undefined);
  const httpUrl = `http://127.0.0.1:${httpPort}`;
  const sql = (statement: string): Promise<unknown[][]> => questdbSql(httpUrl, admin, statement);
  return Object.defineProperties(
    { httpUrl, httpPort, pgPort, admin, reader, sql } as QuestdbHarness,
    Object.getOwnPropertyDescriptors(server),
  );
}

/** The rows of one statement by `/exec`. */
export async function questdbSql(httpUrl: string, login: Login, statement: string): Promise<unknown[][]> {
  const response = await fetch(`${httpUrl}/exec?query=${encodeURIComponent(statement)}`, {
    headers: { authorization: basicAuthorization(login) },
    signal: AbortSignal.timeout(30_000),
  });
  const body = (await response.json()) as { dataset?: unknown[][]; error?: string };
  if (!response.ok) throw new Error(`QuestDB refuses "${statement}": ${body.error ?? response.status}`);
  return body.dataset ?? [];
}
