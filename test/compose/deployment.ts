// The deployment as its users have it: brought up by compose, called from outside by its published ports.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FleetTarget, openFleet } from '../../cli/fleet/open-fleet.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { QueryColumn } from '../../proto/gen/messages.ts';
import { type Cell, frameRows } from '../../proto/query-rows.ts';
import { freePorts } from '../harness/ports.ts';
import { until } from '../harness/until.ts';
import { docker, Project } from './docker.ts';

export const PROBES = ['probe-accra', 'probe-kumasi', 'probe-lagos', 'probe-abuja', 'probe-nairobi'] as const;

export class Deployment {
  readonly project: Project;
  /** Credentials and the probes' identities of the test. */
  readonly folder = mkdtempSync(join(tmpdir(), 'muster-compose-'));
  readonly target: FleetTarget;
  #client: FleetClient | undefined;

  private constructor(project: Project, port: number) {
    this.project = project;
    this.target = {
      gateway: `127.0.0.1:${port}`,
      caFile: join(this.folder, 'fleet-ca.crt'),
      tokenFile: join(this.folder, 'operator.token'),
    };
  }

  static async create(): Promise<Deployment> {
    const [port = 0, consolePort = 0] = await freePorts(2);
    // A batch a second of each probe, so that times are told to the second.
    const env = {
      MUSTER_PORT: String(port),
      MUSTER_CONSOLE_PORT: String(consolePort),
      MUSTER_PROBE_INTERVAL: '1s',
      COMPOSE_PROGRESS: 'quiet',
    };
    return new Deployment(new Project(`muster-test-${process.pid}`, env), port);
  }

  get client(): FleetClient {
    this.#client ??= openFleet(this.target);
    return this.#client;
  }

  /** Brings it up and fetches what an operator needs, as docs/operate/deploy.md says. */
  async up(): Promise<void> {
    await this.project.compose('up', '-d', '--wait', '--wait-timeout', '180', ...LASTING);
    const [container = ''] = await this.project.containers('console');
    for (const file of ['fleet-ca.crt', 'operator.token']) {
      await docker(['cp', `${container}:/run/secrets/muster/${file}`, join(this.folder, file)]);
    }
  }

  async rows(sql: string): Promise<Cell[][]> {
    let columns: readonly QueryColumn[] | undefined;
    const rows: Cell[][] = [];
    for await (const frame of this.client.stream('query', { sql, maxRows: 10_000, timeoutMs: 5000 }, { timeoutMs: 8000 })) {
      columns ??= frame.columns;
      rows.push(...frameRows(columns, frame));
    }
    return rows;
  }

  /** Milliseconds until of each of the five probes a batch made from now on is stored and can be queried, and nothing older waits. */
  async untilFlowing(withinMs: number): Promise<number> {
    const startedMs = performance.now();
    const sinceUs = Date.now() * 1000;
    const named = PROBES.map((probe) => `'${probe}'`).join(', ');
    const sql = `select count_distinct(d.node_id) from deliveries d join nodes n on n.node_id = d.node_id
      where d.timestamp > cast(${sinceUs} as timestamp) and n.name in (${named})`;
    await until(
      'a new batch of every probe is stored and nothing waits',
      async () => {
        const [[probes] = []] = await this.rows(sql.replace(/\s+/g, ' '));
        if (Number(probes) < PROBES.length) return false;
        const { lagSeconds, suspendedTables } = await this.client.call('getPipelineStatus', {}, { timeoutMs: 5000 });
        return lagSeconds !== undefined && lagSeconds < 3 && suspendedTables.length === 0;
      },
      withinMs,
    );
    return performance.now() - startedMs;
  }

  /** Removes all of it. Rejects where something remains. */
  async down(): Promise<void> {
    this.#client?.close();
    await this.project.compose('down', '-v', '--remove-orphans', '--timeout', '20');
    rmSync(this.folder, { recursive: true, force: true });
    const remains = await this.project.remains();
    if (remains.length > 0) throw new Error(`${remains.length} containers, volumes or networks remain: ${remains.join(', ')}`);
  }
}

/** The services that go on: compose takes one that has ended for a failure of the wait. */
const LASTING = ['nats', 'questdb', 'gateway', 'etl', 'console', ...PROBES];
