// One export: pages of rows into a writer, the writer into its target.
import { freezeNow, movingPart } from '../../core/common/statement-clock.ts';
import { withoutEnd } from '../../core/common/statement-order.ts';
import { wholeBecause } from '../../core/common/whole-answer.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { formatCount, formatDuration } from '../terminal/quantity.ts';
import type { ExportFormat } from './export-format.ts';
import type { ExportTarget } from './export-target.ts';
import { createRowWriter, type RowWriter } from './row-writer.ts';
import { type Page, type PageSource, readAtOnce, readByTime, readExtent, selectAll } from './time-pages.ts';

/** Below it a statement is asked as it is, so that its own order stays. */
const ROWS_AT_ONCE = 100_000;

export interface ExportRunOptions {
  client: FleetClient;
  format: ExportFormat;
  target: ExportTarget;
  /** A table by its conditions, or a statement. */
  source: { table: string; conditions: readonly string[] } | { sql: string };
  /** For the progress; undefined for none. */
  stderr: NodeJS.WriteStream | undefined;
}

/**
 * Resolves with the rows written once they have their place. Leaves nothing behind where it fails, with `failed_precondition` where fewer rows
 * came than there were.
 */
export async function runExport(options: ExportRunOptions): Promise<number> {
  const { target, format } = options;
  let writer: RowWriter | undefined;
  let rows = 0;
  let total = 0;
  const progress =
    options.stderr === undefined ? undefined : new ProgressLine(options.stderr, (elapsedMs) => progressText(rows, total, elapsedMs));
  try {
    const pages = await findPages(options, (count) => {
      total = count;
    });
    for await (const page of pages) {
      writer ??= createRowWriter(format, page.columns, (data) => target.write(data));
      for (const frame of page.frames) {
        await writer.add(frame);
        rows += frame.rows;
      }
    }
    await writer?.end();
    await target.commit();
  } catch (error) {
    await target.abandon();
    throw error;
  } finally {
    progress?.stop();
  }
  return rows;
}

async function findPages({ client, source }: ExportRunOptions, onTotal: (rows: number) => void): Promise<AsyncIterable<Page>> {
  // Its parts are asked for one after the other, and all must mean the same.
  const nowMs = Date.now();
  const given = 'sql' in source ? freezeNow(withoutEnd(source.sql), nowMs) : undefined;
  const pageSource: PageSource =
    'table' in source
      ? { from: `"${source.table}"`, conditions: source.conditions.map((condition) => freezeNow(condition, nowMs)) }
      : { from: `(${given}\n)`, conditions: [], untimed: true };
  const statement = given ?? selectAll(pageSource);
  // Whether the answer of a statement has times is known by asking; what is wrong with the statement itself is then told by the statement.
  const asked = readExtent(client, pageSource);
  const extent = given === undefined ? await asked : await asked.catch(() => undefined);
  onTotal(extent?.rows ?? 0);
  const whole = wholeBecause(statement, extent?.untimed ?? 0);
  if (extent === undefined) return readAtOnce(client, statement, { advice: whole });
  if (whole === undefined && (given === undefined || extent.rows > ROWS_AT_ONCE)) return readByTime(client, pageSource, extent);
  return readAtOnce(client, statement, { advice: whole, announced: movingPart(statement) === undefined ? extent.rows : 0 });
}

/** `42 % · 1,234,567 of 3,000,000 rows · 98,765 rows/s · 12 s left` */
export function progressText(rows: number, total: number, elapsedMs: number): string {
  const perSecond = elapsedMs === 0 ? 0 : (rows / elapsedMs) * 1000;
  if (total === 0) return `${formatCount(rows)} rows · ${formatCount(perSecond)} rows/s`;
  const left = rows === 0 ? '' : ` · ${formatDuration(((total - rows) / rows) * elapsedMs)} left`;
  return `${Math.floor((rows / total) * 100)} % · ${formatCount(rows)} of ${formatCount(total)} rows · ${formatCount(perSecond)} rows/s${left}`;
}
