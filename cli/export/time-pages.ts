// Reads more rows than one query may give: window of time by window of time, each so long that it holds a bounded number of rows. A window is
// read as a whole before it is handed on, so that a slow disk or reader never holds a query open, and a failure that may pass costs one window.
import { setTimeout as wait } from 'node:timers/promises';
import { MusterError } from '../../core/common/muster-error.ts';
import { checkRows } from '../../core/common/whole-answer.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { QueryColumn, QueryFrame, QueryValues } from '../../proto/gen/messages.ts';
import { isoTime } from '../../proto/query-rows.ts';
import { toExportColumn } from './export-columns.ts';

/** Rows of a page, about; a page is read again smaller where it would have many more. */
const PAGE_ROWS = 100_000;
const MAX_PAGE_ROWS = 250_000;
const QUERY_ROWS = 1_000_000;
const TIMEOUT_MS = 60_000;
const RETRY_MS = [500, 2000, 5000, 10_000];

export interface Page {
  columns: QueryColumn[];
  frames: QueryFrame[];
  rows: number;
}

/** What is read: a table or a statement in parentheses, and conditions on it. */
export interface PageSource {
  from: string;
  conditions: readonly string[];
  /** Whether it may have rows whose time is NULL: a table has none. */
  untimed?: true;
}

export interface Extent {
  rows: number;
  /** Rows whose time is NULL: no window of time has them. */
  untimed: number;
  firstUs: number;
  lastUs: number;
}

type Client = Pick<FleetClient, 'stream'>;

/** How many rows there are and from when to when. Throws `invalid_argument` where there is no column `timestamp` of times. */
export async function readExtent(client: Client, source: PageSource): Promise<Extent> {
  const untimed = source.untimed ? ', sum(CASE WHEN timestamp IS NULL THEN 1 ELSE 0 END)' : '';
  const { frames, columns } = await readPage(client, statement(source, [], `min(timestamp), max(timestamp), count()${untimed}`));
  if (columns[0] !== undefined && toExportColumn(columns[0]).type !== 'time')
    throw new MusterError('invalid_argument', `its column timestamp is of the type ${columns[0].type}: times are needed`);
  const values = frames[0]?.values ?? [];
  return {
    rows: numberOf(values[2]),
    untimed: numberOf(values[3]),
    firstUs: values[0]?.timesUs[0] ?? 0,
    lastUs: values[1]?.timesUs[0] ?? 0,
  };
}

/** All rows in the order of time; at least one page, for its columns. Throws `failed_precondition` where fewer come than `extent` has. */
export async function* readByTime(client: Client, source: PageSource, extent: Extent): AsyncGenerator<Page> {
  if (extent.rows <= PAGE_ROWS) {
    const page = await readPage(client, selectAll(source));
    checkRows(page.rows, extent.rows);
    yield page;
    return;
  }
  let read = 0;
  let widthUs = Math.ceil(((extent.lastUs - extent.firstUs + 1) * PAGE_ROWS) / extent.rows);
  for (let fromUs = extent.firstUs; fromUs <= extent.lastUs; ) {
    const toUs = Math.min(fromUs + widthUs, extent.lastUs + 1);
    const window = [`timestamp >= '${isoTime(fromUs)}'`, `timestamp < '${isoTime(toUs)}'`];
    const { rows } = await readExtent(client, { from: source.from, conditions: [...source.conditions, ...window] });
    if (rows > MAX_PAGE_ROWS && toUs - fromUs > 1) {
      widthUs = Math.max(1, Math.floor(((toUs - fromUs) * PAGE_ROWS) / rows));
      continue;
    }
    if (rows > 0) {
      const page = await readPage(client, statement(source, window));
      checkRows(page.rows, rows);
      read += page.rows;
      yield page;
    }
    widthUs = Math.max(1, Math.ceil((toUs - fromUs) * Math.min(4, PAGE_ROWS / Math.max(1, rows))));
    fromUs = toUs;
  }
  checkRows(read, extent.rows);
}

/** All columns of all its rows, as one statement. */
export function selectAll(source: PageSource): string {
  return statement(source, []);
}

/**
 * The statement as it is, in one query: for what has no column `timestamp`, or would be another in windows, of which `advice` tells. Throws
 * `failed_precondition` where fewer rows come than `announced`.
 */
export async function* readAtOnce(
  client: Client,
  sql: string,
  {
    advice = 'give its answer a column named timestamp, so that it can be read window by window',
    announced = 0,
  }: { advice?: string | undefined; announced?: number } = {},
): AsyncGenerator<Page> {
  let columns: QueryColumn[] | undefined;
  let read = 0;
  for await (const frame of client.stream('query', { sql, maxRows: QUERY_ROWS, timeoutMs: TIMEOUT_MS }, { timeoutMs: TIMEOUT_MS + 5000 })) {
    columns ??= frame.columns;
    if (frame.totals?.truncated) throw new MusterError('limit_exceeded', `the statement has more than ${QUERY_ROWS} rows: ${advice}`);
    read += frame.rows;
    yield { columns, frames: [frame], rows: frame.rows };
  }
  checkRows(read, announced);
}

function numberOf(values: QueryValues | undefined): number {
  return Number(values?.numbers[0] ?? values?.texts[0] ?? 0) || 0;
}

function statement({ from, conditions }: PageSource, more: readonly string[], what = '*'): string {
  const all = [...conditions, ...more];
  return `select ${what} from ${from}${all.length === 0 ? '' : ` where ${all.join(' and ')}`}`;
}

async function readPage(client: Client, sql: string): Promise<Page> {
  for (let attempt = 0; ; attempt++) {
    try {
      const page: Page = { columns: [], frames: [], rows: 0 };
      const request = { sql, maxRows: QUERY_ROWS, timeoutMs: TIMEOUT_MS };
      for await (const frame of client.stream('query', request, { timeoutMs: TIMEOUT_MS + 5000 })) {
        if (frame.columns.length > 0) page.columns = frame.columns;
        if (frame.totals?.truncated)
          throw new MusterError('limit_exceeded', `one moment has more than ${QUERY_ROWS} rows: narrow it with --node or --filter`);
        if (frame.rows > 0) page.frames.push(frame);
        page.rows += frame.rows;
      }
      return page;
    } catch (error) {
      const inMs = RETRY_MS[attempt];
      if (!(error instanceof MusterError) || !error.retryable || inMs === undefined) throw error;
      await wait(inMs);
    }
  }
}
