// Reads a statement's whole answer, however long: at once while it is short, else stretch of time by stretch of time. A stretch is read before it is
// handed on, so that a slow disk or browser holds no query open.
import { MusterError } from '../../core/common/muster-error.ts';
import { movingPart } from '../../core/common/statement-clock.ts';
import { checkRows, wholeBecause } from '../../core/common/whole-answer.ts';
import type { ExportCell, ExportColumn, ExportType } from '../../core/files/export/parquet-export.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { QueryColumn, QueryFrame } from '../../proto/gen/messages.ts';
import { isoTime, toNumber } from '../../proto/query-rows.ts';

/** Rows of a stretch, about; one with many more is read again in shorter ones. */
const PAGE_ROWS = 100_000;
const MAX_PAGE_ROWS = 300_000;
const QUERY_ROWS = 1_000_000;
const TIMEOUT_MS = 60_000;

export interface ExportPage {
  columns: ExportColumn[];
  /** Of each frame, a list of cells for each column. */
  frames: ExportCell[][][];
}

export interface Extent {
  rows: number;
  /** Rows whose time is NULL: no stretch of time has them. */
  untimed: number;
  firstUs: number;
  lastUs: number;
}

/** Answers one statement, frame by frame. */
export type Ask = (sql: string) => AsyncIterable<QueryFrame>;

export function askGateway(gateway: () => FleetClient, signal: AbortSignal): Ask {
  return async function* ask(sql) {
    const request = { sql, maxRows: QUERY_ROWS, timeoutMs: TIMEOUT_MS };
    yield* gateway().stream('query', request, { timeoutMs: TIMEOUT_MS + 3000, signal });
    if (signal.aborted) throw new MusterError('cancelled', 'the export was cancelled');
  };
}

/** Undefined where the answer has no column `timestamp` of times to go by, and where the statement itself is wrong. */
export async function readExtent(ask: Ask, from: string, conditions = ''): Promise<Extent | undefined> {
  try {
    // Within a stretch of time every row has one; to count those without costs a look at each.
    const untimedSum = conditions === '' ? ', sum(CASE WHEN timestamp IS NULL THEN 1 ELSE 0 END) AS u' : '';
    const { frames, columns } = await readPage(
      ask,
      `SELECT min(timestamp) AS a, max(timestamp) AS b, count() AS n${untimedSum} FROM ${from}${conditions}`,
    );
    const [first, last, rows, untimed] = frames[0] ?? [];
    if (columns[0]?.type !== 'time') return undefined;
    return {
      rows: Number(rows?.[0] ?? 0),
      untimed: Number(untimed?.[0] ?? 0),
      firstUs: Number(first?.[0] ?? 0),
      lastUs: Number(last?.[0] ?? 0),
    };
  } catch (error) {
    if (error instanceof MusterError && error.code === 'invalid_argument') return undefined;
    throw error;
  }
}

/**
 * At least one page, for its columns. Throws `limit_exceeded` where an answer that must be read at once is too long for one query, and
 * `failed_precondition` where fewer rows come than `extent` has.
 */
export async function* readPages(ask: Ask, sql: string, extent: Extent | undefined): AsyncGenerator<ExportPage> {
  const whole = extent === undefined ? undefined : wholeBecause(sql, extent.untimed);
  if (extent === undefined || extent.rows <= PAGE_ROWS || whole !== undefined) {
    const page = await readPage(ask, sql, whole);
    if (extent !== undefined && movingPart(sql) === undefined) checkRows(rowsOf(page), extent.rows);
    yield page;
    return;
  }
  let read = 0;
  const from = `(${sql}\n)`;
  let widthUs = Math.ceil(((extent.lastUs - extent.firstUs + 1) * PAGE_ROWS) / extent.rows);
  for (let fromUs = extent.firstUs; fromUs <= extent.lastUs; ) {
    const toUs = Math.min(fromUs + widthUs, extent.lastUs + 1);
    const conditions = ` WHERE timestamp >= '${isoTime(fromUs)}' AND timestamp < '${isoTime(toUs)}'`;
    const rows = (await readExtent(ask, from, conditions))?.rows ?? 0;
    if (rows > MAX_PAGE_ROWS && toUs - fromUs > 1) {
      widthUs = Math.max(1, Math.floor(((toUs - fromUs) * PAGE_ROWS) / rows));
      continue;
    }
    if (rows > 0) {
      const page = await readPage(ask, `SELECT * FROM ${from}${conditions}`);
      checkRows(rowsOf(page), rows);
      read += rowsOf(page);
      yield page;
    }
    widthUs = Math.max(1, Math.ceil((toUs - fromUs) * Math.min(4, PAGE_ROWS / Math.max(1, rows))));
    fromUs = toUs;
  }
  checkRows(read, extent.rows);
}

function rowsOf({ frames }: ExportPage): number {
  return frames.reduce((rows, [first]) => rows + (first?.length ?? 0), 0);
}

async function readPage(ask: Ask, sql: string, whole?: string): Promise<ExportPage> {
  let columns: QueryColumn[] = [];
  const page: ExportPage = { columns: [], frames: [] };
  for await (const frame of ask(sql)) {
    if (frame.columns.length > 0) {
      columns = frame.columns;
      page.columns = columns.map(({ name, type }) => ({ name, type: TYPES[type] ?? 'text' }));
    }
    if (frame.totals?.truncated) {
      const advice = whole ?? 'give its answer a column named timestamp, so that it can be read stretch by stretch';
      throw new MusterError('limit_exceeded', `the statement has more than ${QUERY_ROWS} rows: ${advice}`);
    }
    if (frame.rows > 0) page.frames.push(cellsOf(columns, frame));
  }
  return page;
}

const TYPES: Readonly<Record<string, ExportType>> = {
  ...{ double: 'double', float: 'double', long: 'long', int: 'int', short: 'int', byte: 'int' },
  ...{ timestamp: 'time', timestamp_ns: 'time', date: 'time', boolean: 'boolean' },
};

/** Times in Unix µs; null for what is absent. */
function cellsOf(columns: readonly QueryColumn[], frame: QueryFrame): ExportCell[][] {
  return columns.map((column, i) => {
    const values = frame.values[i];
    if (values === undefined) return Array.from({ length: frame.rows }, () => null);
    if (values.numbers.length > 0) return values.numbers;
    const type = TYPES[column.type];
    const cells: ExportCell[] = type === 'time' ? [...values.timesUs] : type === 'long' ? values.texts.map(toNumber) : [...values.texts];
    for (const row of values.nulls) cells[row] = null;
    return cells;
  });
}
