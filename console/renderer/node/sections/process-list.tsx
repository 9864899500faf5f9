// The node's own list of all its processes.
import { useVirtualizer } from '@tanstack/react-virtual';
import { Pause, Play } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { useConsole } from '../../state/console-state.ts';
import { type Known, valueOr } from '../../state/known.ts';
import { useStore } from '../../state/store.ts';
import { formatAge, formatNumber, plural } from '../../widgets/format.ts';
import { orderedProcesses, type ProcessColumn, type ProcessRow } from './process-rows.ts';
import { PROCESS_LIST } from './process-source.ts';
import { APART_MS, type ProcessReading } from './use-processes.ts';

const ROW_HEIGHT = 22;
const COLUMNS: readonly { column: ProcessColumn; title: string; unit?: string; number: boolean; decimals?: number }[] = [
  { column: 'pid', title: 'PID', number: true },
  { column: 'user', title: 'User', number: false },
  { column: 'state', title: 'S', number: false },
  { column: 'cpuPercent', title: 'CPU', unit: '% of a core', number: true, decimals: 1 },
  { column: 'memoryMib', title: 'Memory', unit: 'MiB', number: true },
  { column: 'threads', title: 'Threads', number: true },
  { column: 'command', title: 'Command', number: false },
];

/** Shows what `reading` has; whoever shows it has one that was read. */
export function ProcessList({ reading }: { reading: ProcessReading }) {
  const { clock } = useConsole();
  const now = useStore(clock);
  const { list, problem, live, setLive } = reading;
  const rows = valueOr(list, NO_ROWS);
  const [filter, setFilter] = useState('');
  const [sort, setSort] = useState<{ column: ProcessColumn; down: boolean }>({ column: 'cpuPercent', down: true });
  const shown = useMemo(() => orderedProcesses(rows, filter, sort.column, sort.down), [rows, filter, sort]);
  const scroller = useRef<HTMLDivElement>(null);
  const items = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  return (
    <section className="chart whole process-list">
      <div className="chart-head">
        <h3>Processes now</h3>
        <span className={list.worth === 'partial' ? 'late' : 't3'}>{inWords(list, shown.length, now)}</span>
        <span className={problem === '' ? 'grow' : 'grow bad cut'} title={problem}>
          {problem}
        </span>
        <input
          className="text-field"
          type="search"
          aria-label="Filter processes"
          placeholder="Name, user or PID"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <button
          type="button"
          className="button"
          aria-pressed={live && problem === ''}
          disabled={problem !== '' && live}
          title={`Every ${APART_MS / 1000} s by the command ${PROCESS_LIST}; each reading is in the audit`}
          onClick={() => setLive(!live)}
        >
          {live && problem === '' ? <Pause size={13} strokeWidth={1.6} /> : <Play size={13} strokeWidth={1.6} />}
          {live && problem === '' ? 'Live' : 'Resume'}
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keys must reach it */}
      <div ref={scroller} className="process-rows" role="table" aria-label="Processes" aria-rowcount={shown.length + 1} tabIndex={0}>
        <div role="row" className="process-row head">
          {COLUMNS.map(({ column, title, unit, number }) => (
            <div
              key={column}
              role="columnheader"
              className={number ? 'num' : ''}
              aria-sort={sort.column !== column ? 'none' : sort.down ? 'descending' : 'ascending'}
            >
              <button type="button" onClick={() => setSort({ column, down: sort.column === column ? !sort.down : number })}>
                {title} {unit && <small>{unit}</small>}
                {sort.column === column && (sort.down ? ' ↓' : ' ↑')}
              </button>
            </div>
          ))}
        </div>
        <div style={{ height: items.getTotalSize(), position: 'relative' }}>
          {items.getVirtualItems().map(({ index, start }) => {
            const row = shown[index] as ProcessRow;
            return (
              <div
                key={row.pid}
                role="row"
                aria-rowindex={index + 2}
                className="process-row"
                style={{ transform: `translateY(${start}px)` }}
              >
                {COLUMNS.map(({ column, number, decimals }) => (
                  <div
                    key={column}
                    role="cell"
                    className={number ? 'num t1' : 'cut'}
                    title={column === 'command' ? row.command : undefined}
                  >
                    {number && column !== 'pid' ? formatNumber(row[column] as number, decimals) : row[column]}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}

const NO_ROWS: readonly ProcessRow[] = [];

/** How many show, of how many, and when that was so. */
function inWords(list: Known<readonly ProcessRow[]>, shown: number, nowMs: number): string {
  if (list.worth === 'unknown') return 'not read yet';
  const all = list.worth === 'partial' ? list.reason : plural(list.value.length, 'process', 'processes');
  const some =
    shown === list.value.length
      ? all
      : `${formatNumber(shown)} of ${list.worth === 'partial' ? list.reason : formatNumber(list.value.length)}`;
  return `${some}, read ${formatAge(Math.max(0, nowMs - list.asOfMs))} ago`;
}
