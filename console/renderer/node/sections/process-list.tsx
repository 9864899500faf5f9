// All processes of the node as they are now, read by its own command again and again while somebody looks.
import { useVirtualizer } from '@tanstack/react-virtual';
import { Pause, Play } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { formatAge, formatNumber, plural } from '../../parts/format.ts';
import { useConsole } from '../../state/console-state.ts';
import { type Known, notKnown, stale, valueOr } from '../../state/known.ts';
import { useStore } from '../../state/store.ts';
import { CommandRunner, type Kept, plainText } from '../actions/command-runner.ts';
import { useMayChange } from '../actions/use-may-change.ts';
import { orderedProcesses, type ProcessColumn, type ProcessRow, readProcessList } from './process-rows.ts';
import { answers, PROCESS_LIST } from './process-source.ts';

const APART_MS = 5000;
/** Each reading is in the audit: nobody looks for longer without a touch. */
const STOPS_AFTER = 60;
const ROW_HEIGHT = 22;
/** Sorted by CPU: the beginning counts. As much as ten thousand processes with long command lines write. */
const BUSIEST: Kept = { end: 'first', characters: 4_500_000 };
const COLUMNS: readonly { column: ProcessColumn; title: string; unit?: string; number: boolean; decimals?: number }[] = [
  { column: 'pid', title: 'PID', number: true },
  { column: 'user', title: 'User', number: false },
  { column: 'state', title: 'S', number: false },
  { column: 'cpuPercent', title: 'CPU', unit: '% of a core', number: true, decimals: 1 },
  { column: 'memoryMib', title: 'Memory', unit: 'MiB', number: true },
  { column: 'threads', title: 'Threads', number: true },
  { column: 'command', title: 'Command', number: false },
];

/** `onRead` is told once there is something to show. */
export function ProcessList({ node, onRead }: { node: FleetNode; onRead: () => void }) {
  const { clock } = useConsole();
  const now = useStore(clock);
  const [live, setLive] = useState(true);
  const { list, problem } = useProcesses(node, live, () => setLive(false));
  const rows = valueOr(list, NO_ROWS);
  const read = list.worth !== 'unknown';
  useEffect(() => {
    if (read) onRead();
  }, [read, onRead]);
  const [filter, setFilter] = useState('');
  const [sort, setSort] = useState<{ column: ProcessColumn; down: boolean }>({ column: 'cpuPercent', down: true });
  const shown = useMemo(() => orderedProcesses(rows, filter, sort.column, sort.down), [rows, filter, sort]);
  const empty = list.worth === 'unknown' && problem !== '';
  const scroller = useRef<HTMLDivElement>(null);
  const items = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  return (
    <section className={`chart whole process-list${empty ? ' empty' : ''}`}>
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

function useProcesses(node: FleetNode, live: boolean, onEnough: () => void): { list: Known<readonly ProcessRow[]>; problem: string } {
  const { api, painter, fleet } = useConsole();
  const refusal = useMayChange();
  const runner = useMemo(() => new CommandRunner(api, painter, BUSIEST), [api, painter]);
  const [state, setState] = useState<{ list: Known<readonly ProcessRow[]>; problem: string }>({ list: notKnown(), problem: '' });
  const enough = useRef(onEnough);
  enough.current = onEnough;
  const { nodeId } = node;
  const heard = answers(node);
  useEffect(() => {
    if (!live || !heard || refusal !== '') return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    let readings = 0;
    const read = async (): Promise<void> => {
      if (document.hidden) {
        timer = setTimeout(read, APART_MS);
        return;
      }
      const run = await runner.run({ node: nodeId, command: PROCESS_LIST, arguments: { sort: 'cpu', limit: '10000' }, timeoutMs: 10_000 });
      if (ended) return;
      const problem = run.problem || (run.end?.status === 'ok' ? '' : (run.end?.problem ?? ''));
      if (problem === '') setState({ list: readProcessList(plainText(run.text), fleet.now()), problem: '' });
      else setState(({ list }) => ({ list: stale(list, problem), problem }));
      if (++readings >= STOPS_AFTER || problem !== '') enough.current();
      else timer = setTimeout(read, APART_MS);
    };
    void read();
    return () => {
      ended = true;
      clearTimeout(timer);
      runner.stop();
    };
  }, [runner, fleet, nodeId, live, heard, refusal]);
  if (!heard) return { list: stale(state.list, ''), problem: 'The node does not answer. This list is from its last answer.' };
  return refusal === '' ? state : { ...state, problem: refusal };
}
