// The rows of an answer: only those on screen exist; numbers to the right with one precision a column, NULL as –. A head sorts.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import type { QueryResult, QueryResultColumn } from '../../../common/query-result.ts';
import { formatIsoMicros, formatNumber, zoneName } from '../../widgets/format.ts';
import { visible } from '../../widgets/visible-text.ts';
import type { RowOrder } from './row-order.ts';

const ROW_HEIGHT = 24;
const SAMPLED_ROWS = 300;
const MAX_CELL = 300;
/** Browsers end a scrolled height beyond some ten million pixels. */
const MAX_SHOWN_ROWS = 400_000;
const WIDTHS = { time: 216, number: 128, text: 176 } as const;

interface Props {
  result: QueryResult;
  /** Row numbers in the order chosen; undefined as they came. */
  rows: Uint32Array | undefined;
  order: RowOrder | undefined;
  onOrder: (order: RowOrder | undefined) => void;
  nameOf: (value: string) => string | undefined;
}

export function ResultTable({ result, rows: ordered, order, onOrder, nameOf }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: Math.min(result.rows, MAX_SHOWN_ROWS),
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const formats = useMemo(() => result.columns.map((column) => formatterOf(column, nameOf)), [result, nameOf]);
  const template = result.columns.map((column) => `minmax(${WIDTHS[column.kind]}px, 1fr)`).join(' ');
  const width = result.columns.reduce((sum, column) => sum + WIDTHS[column.kind], 16);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keys must reach it
    <div ref={scroller} className="result-table" role="table" aria-label="Rows" aria-rowcount={result.rows + 1} tabIndex={0}>
      <div className="result-head" role="row" style={{ gridTemplateColumns: template, minWidth: width }}>
        {result.columns.map((column, index) => (
          <div
            key={`${index} ${column.name}`}
            role="columnheader"
            aria-sort={order?.column !== index ? 'none' : order.descending ? 'descending' : 'ascending'}
            className={column.kind === 'number' ? 'num cut' : 'cut'}
          >
            <button type="button" title={`Sort by ${visible(column.name, 80)}`} onClick={() => onOrder(nextOrder(order, index, column))}>
              {visible(column.name, 80)} <small>{column.kind === 'time' ? 'UTC' : column.type}</small>
              {order?.column === index && <span aria-hidden="true">{order.descending ? ' ↓' : ' ↑'}</span>}
            </button>
          </div>
        ))}
      </div>
      <div
        style={{ height: rows.getTotalSize(), position: 'relative', minWidth: width }}
        title={`Times are UTC; the window shows ${zoneName(Date.now())}`}
      >
        {rows.getVirtualItems().map((item) => (
          <div
            key={item.key}
            className="result-row"
            role="row"
            aria-rowindex={item.index + 2}
            style={{ gridTemplateColumns: template, transform: `translateY(${item.start}px)` }}
          >
            {result.columns.map((column, index) => (
              <div key={`${index} ${column.name}`} role="cell" className={column.kind === 'number' ? 'num cut' : 'cut'}>
                {(formats[index] as (row: number) => string)(ordered?.[item.index] ?? item.index)}
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

/** Numbers and times begin with the most, texts with the first; the third click gives the answer's own order back. */
function nextOrder(order: RowOrder | undefined, column: number, { kind }: QueryResultColumn): RowOrder | undefined {
  const first = kind !== 'text';
  if (order?.column !== column) return { column, descending: first };
  return order.descending === first ? { column, descending: !first } : undefined;
}

function formatterOf(column: QueryResultColumn, nameOf: (value: string) => string | undefined): (row: number) => string {
  if (column.kind === 'text') {
    return (row) => {
      const value = column.values[row];
      return value === null || value === undefined ? '–' : (nameOf(value) ?? visible(value, MAX_CELL));
    };
  }
  if (column.kind === 'time')
    return (row) =>
      formatIsoMicros(column.values[row] as number)
        .replace('T', ' ')
        .replace('Z', '');
  const decimals = decimalsOf(column.values);
  return (row) => formatNumber(column.values[row], decimals);
}

/** As many as the first rows need, at most three. */
function decimalsOf(values: Float64Array): number {
  let decimals = 0;
  for (let row = 0; row < Math.min(values.length, SAMPLED_ROWS) && decimals < 3; row++) {
    const value = values[row]!;
    if (!Number.isFinite(value)) continue;
    while (decimals < 3 && Math.abs(value - Number(value.toFixed(decimals))) > 1e-9) decimals++;
  }
  return decimals;
}
