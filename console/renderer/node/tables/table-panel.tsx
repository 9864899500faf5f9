// One table of a section at the moment that shows: now, the end of the stretch, or the cursor. Its heads sort.
import { useEffect, useMemo, useState } from 'react';
import { useConsole } from '../../state/console-state.ts';
import { type Known, valueOr } from '../../state/known.ts';
import { useStore } from '../../state/store.ts';
import { formatBytes, formatMoment, formatNumber, formatShort } from '../../widgets/format.ts';
import { crossed } from '../../widgets/limits.ts';
import { Meter } from '../../widgets/meter.tsx';
import { Sparkline } from '../../widgets/sparkline.tsx';
import type { NodeFeed } from '../node-feed.ts';
import { sparkOf } from './spark.ts';
import type { TableColumn, TableRow, TableSpec } from './table-spec.ts';
import { number, text } from './table-spec.ts';
import { useRows } from './use-rows.ts';

interface Props {
  spec: TableSpec;
  nodeId: string;
  feed: NodeFeed;
  /** Takes the height of its rows instead of scrolling in a panel. */
  whole?: boolean;
  /** At most so many. */
  limit?: number;
  /** At the right of the head. */
  link?: { label: string; href: string } | undefined;
}

export function TablePanel({ spec, nodeId, feed, whole = false, limit, link }: Props) {
  const { clock } = useConsole();
  const nowMs = useStore(clock);
  const table = useRows(spec, nodeId, feed);
  const rows = valueOr(table, NO_ROWS);
  const [sort, setSort] = useState<{ column: string; down: boolean } | undefined>();
  const [wide, setWide] = useState(whole);
  useEffect(() => setWide(whole), [whole]);
  const shown = useMemo(() => {
    const ordered = [...rows].sort(sort === undefined ? spec.order : compare(sort));
    return limit === undefined ? ordered : ordered.slice(0, limit);
  }, [rows, sort, spec, limit]);
  const problem = table.worth === 'unknown' || table.worth === 'stale' ? table.reason : '';
  const columns = spec.columns.filter((column) => wide || !column.wide);
  const turn = (column: TableColumn): void =>
    setSort((before) => ({ column: column.name, down: before?.column === column.name ? !before.down : column.as !== undefined }));
  return (
    <section className={whole ? 'chart whole' : 'chart'} data-chart={spec.key}>
      <div className="chart-head">
        <h3>{spec.title}</h3>
        <span className={table.worth === 'partial' ? 'late' : 't3'}>
          {momentOf(table, nowMs) || (sort === undefined ? spec.note : '')}
          {table.worth === 'partial' && `, ${table.reason}`}
        </span>
        <span className="grow" />
        {link !== undefined && (
          <a className="link" href={link.href}>
            {link.label}
          </a>
        )}
      </div>
      <div className="panel-scroll">
        {problem !== '' && <p className="bad small panel-note">{problem}</p>}
        <table className="plain-table">
          <thead>
            <tr>
              {columns.map((column) => (
                <th
                  key={column.name}
                  style={column.width === undefined ? {} : { width: column.width + (column.spark ? 70 : 0) }}
                  className={column.as === undefined ? '' : 'num'}
                  aria-sort={sort?.column !== column.name ? 'none' : sort.down ? 'descending' : 'ascending'}
                >
                  <button type="button" onClick={() => turn(column)}>
                    {column.title} {column.unit && <small>{column.unit}</small>}
                    {sort?.column === column.name && (sort.down ? ' ↓' : ' ↑')}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={spec.keys.map((key) => text(row, key)).join('\0')} className={spec.mark?.(row) ?? ''}>
                {columns.map((column) => (
                  <Cell key={column.name} column={column} row={row} spec={spec} feed={feed} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {table.worth === 'known' && shown.length === 0 && <p className="t3 small panel-note">No rows in the store for this moment.</p>}
      </div>
    </section>
  );
}

const NO_ROWS: readonly TableRow[] = [];
/** Rows so old are of now: they are read again every few seconds. */
const NOW_MS = 12_000;

/** Of which moment the rows are, wherever that is not now. */
function momentOf(table: Known<readonly TableRow[]>, nowMs: number): string {
  if (table.worth === 'unknown' || nowMs - table.asOfMs < NOW_MS) return '';
  return `at ${formatMoment(table.asOfMs, nowMs)}`;
}

function Cell({ column, row, spec, feed }: { column: TableColumn; row: TableRow; spec: TableSpec; feed: NodeFeed }) {
  if (column.as === undefined) {
    const content = text(row, column.name);
    return (
      <td className={`cut ${column === spec.columns[0] ? 't1' : ''}`} title={content}>
        {content || '–'}
      </td>
    );
  }
  const value = number(row, column.name) * (column.scale ?? 1);
  const mark = column.limit === undefined ? '' : crossed(column.limit, value);
  const shown = format(column, value);
  return (
    <td className={`num ${mark || 't1'}`}>
      <span className="metered">
        {column.spark && (
          <span className="spark">
            <Sparkline values={sparkOf(feed, spec, column.name, row)} width={60} height={16} low={0} className={mark || 'mute'} />
          </span>
        )}
        {column.meter && <Meter percent={value || 0} mark={mark} />}
        <span>{shown}</span>
      </span>
    </td>
  );
}

function format({ as, decimals }: TableColumn, value: number): string {
  if (as === 'bytes') return formatBytes(value);
  if (as === 'yes') return Number.isNaN(value) ? '–' : value === 1 ? 'yes' : 'no';
  return as === 'short' ? formatShort(value) : formatNumber(value, decimals ?? 0);
}

function compare({ column, down }: { column: string; down: boolean }): (a: TableRow, b: TableRow) => number {
  return (a, b) => {
    const [x, y] = [a[column], b[column]];
    const order =
      typeof x === 'number' && typeof y === 'number'
        ? (Number.isNaN(x) ? -1 : x) - (Number.isNaN(y) ? -1 : y)
        : String(x ?? '').localeCompare(String(y ?? ''), 'en', { numeric: true });
    return down ? -order : order;
  };
}
