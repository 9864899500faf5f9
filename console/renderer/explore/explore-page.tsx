// Explore: the schema on the left, SQL above, the answer below as chart and table.
import { CornerDownLeft, Play, X } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { keyName } from '../frame/window-keys.ts';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { boundsOf } from '../state/time-range.ts';
import { QueryError } from './query-error.tsx';
import { QueryHistory } from './query-history.tsx';
import { QueryRunner } from './query-state.ts';
import { ResultView } from './result-view.tsx';
import { SchemaTree } from './schema-tree.tsx';
import { SqlEditor } from './sql-editor.ts';
import { useSchema } from './use-schema.ts';

/** One a window: its answer is still there when the page is shown again. */
const runner = new QueryRunner();

export default function ExplorePage({ sql }: { sql: string }) {
  const { api, time, fleet } = useConsole();
  const state = useStore(runner.state);
  const schema = useSchema();
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<SqlEditor>(undefined);
  const [view, setView] = useState<'chart' | 'both' | 'table'>('both');
  const run = useCallback(() => void runner.run(api, boundsOf(time.get(), fleet.now())), [api, time, fleet]);

  useEffect(() => {
    const created = new SqlEditor(host.current as HTMLElement, runner.state.get().sql, {
      onChange: (text) => runner.setSql(text),
      onRun: run,
      onCancel: () => runner.cancel(),
    });
    editor.current = created;
    created.focus();
    return () => created.close();
  }, [run]);
  useEffect(() => editor.current?.setSchema(schema.tables), [schema.tables]);
  useEffect(() => {
    if (sql === '') return;
    editor.current?.setText(sql);
    run();
  }, [sql, run]);

  return (
    <div className="explore">
      <SchemaTree schema={schema} onInsert={(name) => editor.current?.insert(name)} />
      <div className="workbench">
        <div className="page-title">
          <h1>Explore</h1>
          <span className="t3 small cut">read-only SQL; the window's time fills $from, $to and $step</span>
          <span className="grow" />
          <QueryHistory history={state.history} onChoose={(text) => editor.current?.setText(text)} />
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
        <div className="sql-editor" ref={host} />
        {state.error !== undefined ? (
          <QueryError error={state.error} ranMs={state.ranMs} onEdit={() => editor.current?.focus()} />
        ) : (
          <ResultView state={state} view={view} onView={setView} />
        )}
      </div>
    </div>
  );
}
