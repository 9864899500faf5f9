// The simulated fleet: starts and ends its nodes, and says what their spools hold.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Turns } from '../../core/common/turns.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { SpoolStatus } from '../spool/spool.ts';
import { openSpoolDatabase } from '../spool/spool-database.ts';
import { SqliteSpool } from '../spool/sqlite-spool.ts';
import { loadIdentity } from '../uplink/identity.ts';
import type { SimulateConfig } from './config.ts';
import { Enrolments } from './enrolments.ts';
import type { SimulateEvents } from './events.ts';
import { SimulatedNode } from './simulated-node.ts';

/** Handshakes of so many are over long before one of them is given up. */
const OPENING_AT_ONCE = 64;

/** What the spool of one node says. */
export interface NodeReport {
  nodeId: string;
  /** Hexadecimal. */
  epoch: string;
  nextSeq: number;
  oldestSeq: number;
  /** Rows of all batches ever committed in this epoch. */
  rowsCommitted: number;
  /** Rows given up that no acknowledged batch has told of yet. */
  dropped: number;
}

export interface Fleet extends Component {
  /** Resolves when every node has its identity. */
  readonly enrolled: Promise<unknown>;
  report(): NodeReport[];
}

export function createFleet(config: SimulateConfig, events: SimulateEvents): Fleet {
  const enrolments = new Enrolments(config);
  const opening = new Turns(OPENING_AT_ONCE);
  const nodes = Array.from({ length: config.nodes }, (_, index) => new SimulatedNode({ index, config, events, enrolments, opening }));
  let last: NodeReport[] = [];
  return {
    name: 'fleet',
    enrolled: Promise.all(nodes.map((node) => node.enrolled)),
    async start() {
      for (const node of nodes) await node.start();
    },
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()));
      // What is on disk is what counts. A fleet in memory tells what it had.
      last = config.durable ? readReports(config.stateDir) : nodes.map((node) => toReport(node.nodeId ?? '', node.status(), 0));
    },
    report: () => last,
  };
}

/** The reports of all nodes in the state folder; no process may have their spools open. */
export function readReports(stateDir: string): NodeReport[] {
  const folder = join(stateDir, 'nodes');
  return readdirSync(folder).map((name) => {
    const path = join(folder, name, 'spool.db');
    const spool = new SqliteSpool(openSpoolDatabase(path, 'kill').database, {
      maxBytes: Number.MAX_SAFE_INTEGER,
      maxRows: Number.MAX_SAFE_INTEGER,
    });
    const status = spool.status();
    spool.close();
    return toReport(loadIdentity(join(folder, name))?.nodeId ?? '', status, readDropped(path));
  });
}

function readDropped(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return (database.prepare('SELECT total(rows) AS rows FROM dropped').get() as { rows: number }).rows;
  } finally {
    database.close();
  }
}

export function toReport(nodeId: string, { epoch, nextSeq, oldestSeq, rowsCommitted }: SpoolStatus, dropped: number): NodeReport {
  return { nodeId, epoch: Buffer.from(epoch).toString('hex'), nextSeq, oldestSeq, rowsCommitted, dropped };
}
