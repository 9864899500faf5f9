// The rows of an answer: only those on screen exist; numbers to the right with one precision a column, NULL as –.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import type { QueryResult, QueryResultColumn } from '../../common/query-result.ts';
import { formatIsoMicros, formatNumber, zoneName } from '../parts/format.ts';

const ROW_HEIGHT = 24;
const SAMPLED_ROWS = 300;
const WIDTHS = { time: 216, number: 128, text: 176 } as const;

export function ResultTable({ result }: { result: QueryResult }) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: result.rows,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const formats = useMemo(() => result.columns.map(formatterOf), [result]);
  const template = result.columns.map((column) => `minmax(${WIDTHS[column.kind]}px, 1fr)`).join(' ');
  const width = result.columns.reduce((sum, column) => sum + WIDTHS[column.kind], 16);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keys must reach it
    <div ref={scroller} className="result-table" role="table" aria-label="Rows" aria-rowcount={result.rows + 1} tabIndex={0}>
      <div className="result-head" role="row" style={{ gridTemplateColumns: template, minWidth: width }}>
        {result.columns.map((column) => (
          <div key={column.name} role="columnheader" className={column.kind === 'number' ? 'num cut' : 'cut'}>
            {column.name} <small>{column.kind === 'time' ? 'UTC' : column.type}</small>
          </div>
        ))}
      </div>
      <div
        style={{ height: rows.getTotalSize(), position: 'relative', minWidth: width }}
        title={`Times are UTC; the window's are ${zoneName()}`}
      >
        {rows.getVirtualItems().map((item) => (
          <div
            key={item.key}
            className="result-row"
            role="row"
            style={{ gridTemplateColumns: template, transform: `translateY(${item.start}px)` }}
          >
            {result.columns.map((column, index) => (
              <div key={column.name} role="cell" className={column.kind === 'number' ? 'num cut' : 'cut'}>
                {(formats[index] as (row: number) => string)(item.index)}
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

function formatterOf(column: QueryResultColumn): (row: number) => string {
  if (column.kind === 'text') return (row) => column.values[row] ?? '–';
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
    const value = values[row] as number;
    if (!Number.isFinite(value)) continue;
    while (decimals < 3 && Math.abs(value - Number(value.toFixed(decimals))) > 1e-9) decimals++;
  }
  return decimals;
}
