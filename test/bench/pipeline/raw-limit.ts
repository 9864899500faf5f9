// How many rows a second QuestDB takes at most: prepared bytes into a table of the same schema, in the same run.
import { Agent, request } from 'node:http';
import { BINARY_DOUBLE } from '../../../etl/telemetry/table-plan.ts';
import { ROWS_PER_BATCH, RowMaker, TABLE } from './rows.ts';

const ROWS_PER_REQUEST = 20_000;
const CONNECTIONS = 2;
const RAW_TABLE = `${TABLE}_raw`;

export interface RawLimitOptions {
  httpUrl: string;
  authorization: string;
  sql: (statement: string) => Promise<unknown[][]>;
  rows: number;
  startUs: number;
}

/** Rows a second from the first request until all rows are visible. The second half is measured, the first warms up. */
export async function rawLimit(options: RawLimitOptions): Promise<number> {
  await options.sql(`CREATE TABLE ${RAW_TABLE} (LIKE ${TABLE})`);
  const requests = prepare(options.rows * 2, options.startUs);
  const half = requests.length / 2;
  await send(requests.slice(0, half), options);
  await visible(options, options.rows);
  const from = performance.now();
  await send(requests.slice(half), options);
  await visible(options, options.rows * 2);
  return (options.rows * 1000) / (performance.now() - from);
}

async function visible({ sql }: RawLimitOptions, rows: number): Promise<void> {
  while (Number((await sql(`SELECT count() FROM ${RAW_TABLE}`))[0]?.[0]) < rows) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function send(requests: Buffer[], options: RawLimitOptions): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const left = requests.slice();
  const sender = async (): Promise<void> => {
    for (let body = left.shift(); body !== undefined; body = left.shift()) await post(body, agent, options);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sender));
  agent.destroy();
}

function post(body: Buffer, agent: Agent, { httpUrl, authorization }: RawLimitOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization, 'content-length': body.length };
    const asked = request(`${httpUrl}/write?precision=u`, { method: 'POST', agent, headers }, (response) => {
      response
        .resume()
        .on('end', () => (response.statusCode === 204 ? resolve() : reject(new Error(`QuestDB answers ${response.statusCode}`))));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

function prepare(rows: number, startUs: number): Buffer[] {
  const makers = Array.from({ length: 4 }, (_, i) => new RowMaker(i, startUs));
  const requests: Buffer[] = [];
  let lines: Buffer[] = [];
  for (let made = 0; made < rows; made += ROWS_PER_BATCH) {
    const node = (made / ROWS_PER_BATCH) % makers.length;
    lines.push(toLines(makers[node] as RowMaker, node));
    if (lines.length * ROWS_PER_BATCH >= ROWS_PER_REQUEST) {
      requests.push(Buffer.concat(lines));
      lines = [];
    }
  }
  return requests;
}

function toLines(maker: RowMaker, node: number): Buffer {
  const frame = maker.next();
  const prefixes = frame.series.map((values) => {
    const tags = frame.tags.map((tag, i) => `,${tag}=${values[i]}`).join('');
    return Buffer.from(`${RAW_TABLE},node_id=0000000${node}-0000-4000-8000-000000000000${tags} `);
  });
  const heads = frame.fields.map((field, i) => Buffer.from(`${i === 0 ? '' : ','}${field}==${String.fromCharCode(BINARY_DOUBLE)}`));
  const parts: Buffer[] = [];
  for (let row = 0; row < ROWS_PER_BATCH; row++) {
    parts.push(prefixes[frame.seriesIndex[row] as number] as Buffer);
    for (const [i, head] of heads.entries()) {
      const value = Buffer.alloc(8);
      value.writeDoubleLE(frame.values[i * ROWS_PER_BATCH + row] as number);
      parts.push(head, value);
    }
    parts.push(Buffer.from(` ${frame.timeUs[row]}\n`));
  }
  return Buffer.concat(parts);
}
