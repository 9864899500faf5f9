// Explore: the schema on the left, builder or SQL above, the answer below.
import { CornerDownLeft, Play, X } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { keyName } from '../shell/window-keys.ts';
import { useConsole } from '../state/console-state.ts';
import { parseRoute } from '../state/route.ts';
import { queryHistory, rememberQuery } from '../state/saved-queries.ts';
import { shareAddress } from '../state/share-address.ts';
import { useStore } from '../state/store.ts';
import { boundsOf } from '../state/time-range.ts';
import { CopyAs } from '../widgets/copy-as.tsx';
import { grpcurlCall, musterQuery } from '../widgets/shell-command.ts';
import { toSql } from './builder/builder-query.ts';
import { fillTime } from './builder/fill-time.ts';
import { firstQueryOf } from './builder/first-query.ts';
import { QueryBuilder } from './builder/query-builder.tsx';
import { readBuilder } from './builder/read-builder.ts';
import { TagCatalog } from './builder/tag-catalog.ts';
import { QueryHistory } from './query-history.tsx';
import { FIRST_SQL, MAX_ROWS, QueryRunner, TIMEOUT_MS } from './query-state.ts';
import { ExportLines } from './result/export-lines.tsx';
import { ExportMenu } from './result/export-menu.tsx';
import { ResultView } from './result/result-view.tsx';
import { useNodeNames } from './result/use-node-names.ts';
import { SaveQuery } from './save-query.tsx';
import { QueryError } from './sql/query-error.tsx';
import { SchemaTree } from './sql/schema-tree.tsx';
import { SqlPane } from './sql/sql-pane.tsx';
import { useSchema } from './sql/use-schema.ts';

/** One a window: its answer is still there when the page is shown again. */
const runner = new QueryRunner();
let lastMode: 'builder' | 'sql' = 'sql';
const RUN_AFTER_MS = 350;
/** The statement of the address as the page was loaded. */
const FIRST_ROUTE = parseRoute(location.hash);
const OPENED_WITH = performance.now() < 10_000 && FIRST_ROUTE.page === 'explore' ? FIRST_ROUTE.sql : '';
/** Tables of Muster itself: an answer of them is no place to begin. */
const OWN_TABLES = /^(nodes|deliveries|drops|events|muster_|ledger)/;

export default function ExplorePage({ sql }: { sql: string }) {
  const { api, time, fleet, connection } = useConsole();
  const range = useStore(time);
  const state = useStore(runner.state);
  const schema = useSchema();
  const nameOf = useNodeNames();
  const catalog = useMemo(() => new TagCatalog(api), [api]);
  const [mode, setMode] = useState(lastMode);
  const [problem, setProblem] = useState('');
  const insert = useRef<(text: string) => void>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const bounds = useCallback(() => boundsOf(time.get(), fleet.now()), [time, fleet]);
  const run = useCallback(() => {
    clearTimeout(timer.current);
    queryHistory.set(rememberQuery(queryHistory.get(), runner.state.get().sql));
    void runner.run(api, bounds());
  }, [api, bounds]);
  const reading = useMemo(() => readBuilder(state.sql), [state.sql]);
  const shown = mode === 'builder' && 'query' in reading ? 'builder' : 'sql';
  lastMode = mode;

  useEffect(() => () => clearTimeout(timer.current), []);
  // Another time of the window is another answer, where the query goes by it.
  useEffect(
    () =>
      time.subscribe(() => {
        const { result, sql: written } = runner.state.get();
        if (result !== undefined && /\$(from|to|step)\b/.test(written)) run();
      }),
    [time, run],
  );
  useEffect(() => {
    // An address that the program was opened with shows its statement; whoever reads it runs it.
    if (sql !== '' && runner.openAddress(sql) && sql !== OPENED_WITH) run();
  }, [sql, run]);
  useEffect(() => {
    if (schema.loading || runner.state.get().sql !== FIRST_SQL || schema.tables.some(({ name }) => name === 'cpu')) return;
    const first = schema.tables.find(({ name, view }) => !view && !OWN_TABLES.test(name)) ?? schema.tables[0];
    if (first !== undefined) runner.setSql(toSql(firstQueryOf(first)));
  }, [schema]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      // The editor has these keys itself, after its own list of completions.
      if (event.target instanceof Element && event.target.closest('.sql-editor') !== null) return;
      if (event.key === 'Escape' && runner.state.get().running) {
        event.preventDefault();
        runner.cancel();
      } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        run();
      }
    };
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, [run]);

  const build = (next: string): void => {
    runner.setSql(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(run, RUN_AFTER_MS);
  };
  /** What the answer on the page is of, while that is what is written above it: the file then has the very same rows. */
  const shownSql = (): string | undefined =>
    state.ran !== undefined && !state.running && fillTime(state.sql, state.ran.bounds).sql === state.ran.sql ? state.ran.sql : undefined;
  const filled = fillTime(state.sql, bounds()).sql;
  return (
    <div className="explore">
      <SchemaTree
        schema={schema}
        catalog={catalog}
        onInsert={(name) => insert.current?.(name)}
        onAsk={(table) => build(toSql(firstQueryOf(table)))}
      />
      <div className="workbench">
        <div className="page-title">
          <h1>Explore</h1>
          <span className="grow" />
          <QueryHistory onChoose={(text) => build(text)} />
          <SaveQuery sql={state.sql} />
          <ExportMenu sql={() => shownSql() ?? fillTime(state.sql, bounds()).sql} onProblem={setProblem} />
          <CopyAs
            sql={filled}
            grpcurl={grpcurlCall(connection.get().gateway, 'Query', { sql: filled, max_rows: MAX_ROWS, timeout_ms: TIMEOUT_MS })}
            cli={musterQuery(filled)}
            link={shareAddress({ page: 'explore', sql: state.sql }, range)}
          />
        </div>
        <div className="query-bar">
          <div className="joined" role="group" aria-label="Query mode">
            <button type="button" aria-pressed={shown === 'builder'} disabled={'why' in reading} onClick={() => setMode('builder')}>
              Builder
            </button>
            <button type="button" aria-pressed={shown === 'sql'} onClick={() => setMode('sql')}>
              SQL
            </button>
          </div>
          <span className="t3 small cut grow" title={'why' in reading ? reading.why : ''}>
            {'why' in reading
              ? `The builder cannot show this query: ${reading.why}.`
              : 'Read-only. $from, $to and $step follow the time range.'}
          </span>
          {state.running ? (
            <button type="button" className="button" onClick={() => runner.cancel()}>
              <X size={14} strokeWidth={1.6} />
              Cancel <kbd>Esc</kbd>
            </button>
          ) : (
            <button type="button" className="button primary" onClick={run} title={`Run (${keyName('Enter')})`}>
              <Play size={13} strokeWidth={2} />
              Run <CornerDownLeft size={12} strokeWidth={2} />
            </button>
          )}
        </div>
        {shown === 'builder' ? (
          <QueryBuilder sql={state.sql} tables={schema.tables} {...{ catalog, bounds, nameOf }} onChange={build} />
        ) : (
          <SqlPane {...{ runner, run, schema, catalog, bounds, nameOf, insert }} />
        )}
        <ExportLines problem={problem} onProblem={setProblem} />
        {state.error !== undefined ? (
          <QueryError error={state.error} ranMs={state.ranMs} onEdit={() => setMode('sql')} />
        ) : state.result === undefined && schema.problem === '' && !schema.loading && schema.tables.length === 0 ? (
          <div className="blank">
            <h2>Nothing is stored yet</h2>
            <p>Tables appear here with the first samples.</p>
          </div>
        ) : (
          <ResultView state={state} nameOf={nameOf} />
        )}
      </div>
    </div>
  );
}
