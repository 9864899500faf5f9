// The editor's place on the page: gives it the schema, the values of tags and the place of an error.
import { type RefObject, useEffect, useRef } from 'react';
import { useStore } from '../../state/store.ts';
import type { Bounds } from '../../state/time-range.ts';
import type { TagCatalog } from '../builder/tag-catalog.ts';
import type { QueryRunner } from '../query-state.ts';
import { SqlEditor } from './sql-editor.ts';
import type { Schema } from './use-schema.ts';

interface Props {
  runner: QueryRunner;
  run: () => void;
  schema: Schema;
  catalog: TagCatalog;
  bounds: () => Bounds;
  nameOf: (value: string) => string | undefined;
  /** Set to what puts a name where the cursor is. */
  insert: RefObject<((text: string) => void) | undefined>;
}

export function SqlPane({ runner, run, schema, catalog, bounds, nameOf, insert }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<SqlEditor>(undefined);
  const tables = useRef(schema.tables);
  tables.current = schema.tables;
  const { sql, errorAt } = useStore(runner.state);

  useEffect(() => {
    const created = new SqlEditor(host.current as HTMLElement, runner.state.get().sql, {
      onChange: (text) => runner.setSql(text),
      onRun: run,
      onCancel: () => runner.cancel(),
      valuesOf: async (name, column) => {
        const table = tables.current.find((candidate) => candidate.name === name);
        if (table?.columns.some((candidate) => candidate.name === column && candidate.tag) !== true) return [];
        // No answer completes nothing; that the store is away is told by the query itself.
        const values = await catalog.values(table, column, bounds()).catch(() => []);
        return values.map((value) => ({ value, note: nameOf(value) ?? '' }));
      },
    });
    editor.current = created;
    insert.current = (text) => created.insert(text);
    created.focus();
    return () => {
      insert.current = undefined;
      editor.current = undefined;
      created.close();
    };
  }, [runner, run, catalog, bounds, nameOf, insert]);
  useEffect(() => editor.current?.setText(sql), [sql]);
  useEffect(() => editor.current?.setSchema(schema.tables), [schema.tables]);
  useEffect(() => editor.current?.markError(errorAt), [errorAt]);
  return (
    <div className="sql-place">
      <div className="sql-editor" ref={host} />
      {/* The editor itself tells it to screen readers. */}
      <small className="sql-leave t3" aria-hidden="true">
        Esc, then Tab leaves
      </small>
    </div>
  );
}
