// run/up.json: what runs, where it listens and which files hold the credentials. Written by `up`, read by everyone else.
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { writeDurably } from '../../core/node/durable-file.ts';
import type { PartState } from '../supervise/supervised-part.ts';

export interface PartRecord {
  name: string;
  state: PartState;
  /** 0 where it does not run. */
  pid: number;
  startMark: string;
  /** Port it listens on; 0 where it listens on none. */
  port: number;
  restarts: number;
  /** Unix ms of the last change of state. */
  sinceMs: number;
  /** How it ended the last time; empty while it never did. */
  problem: string;
  logFile: string;
}

export interface Addresses {
  /** host:port, for programs on this machine. */
  gateway: string;
  /** host:port for other machines; empty where the gateway listens for this one alone. */
  reachable: string[];
  caFile: string;
  /** Bearer token with all scopes. */
  tokenFile: string;
  questdbHttp: string;
  questdbHttpUser: string;
  questdbHttpPasswordFile: string;
  /** host:port of the PostgreSQL protocol. */
  questdbPg: string;
  questdbPgUser: string;
  questdbPgPasswordFile: string;
  nats: string;
  natsUser: string;
  natsPasswordFile: string;
  /** For what reads what was stored and is no part of Muster. */
  natsConsumerUser: string;
  natsConsumerPasswordFile: string;
  natsMonitor: string;
  /** With a one-time token where one is at hand. */
  webConsole: string;
}

export interface UpRecord {
  /** True once every part served, for as long as all do. */
  ready: boolean;
  /** Process id of the supervisor. */
  pid: number;
  /** Unix ms of its start. */
  startedMs: number;
  /** Milliseconds from its start until every part served; 0 before. */
  readyAfterMs: number;
  parts: PartRecord[];
  addresses: Addresses;
}

/**
 * Space that the record always takes, blanks behind it included: on a full disk there is none for another file, and just then the record has
 * something to say.
 */
const RESERVED_BYTES = 32 * 1024;
const FULL = new Set(['ENOSPC', 'EDQUOT']);

export function writeUpRecord(upFile: string, record: UpRecord): void {
  const text = Buffer.from(`${JSON.stringify(record, undefined, 1)}\n`);
  const content = Buffer.concat([text, Buffer.alloc(Math.max(0, RESERVED_BYTES - text.length), ' ')]);
  try {
    writeDurably(upFile, content);
  } catch (error) {
    if (!FULL.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    overwriteReserved(upFile, content);
  }
}

/** The whole of it at once, so that a reader finds one record or the other but for the moment of the copy. */
function overwriteReserved(upFile: string, content: Uint8Array): void {
  const file = openSync(upFile, 'r+');
  try {
    writeSync(file, content, 0, content.length, 0);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The record of the last `up`; undefined where there was none or it cannot be read. */
export function readUpRecord(upFile: string): UpRecord | undefined {
  try {
    return JSON.parse(readFileSync(upFile, 'utf8')) as UpRecord;
  } catch {
    return undefined;
  }
}
