// What there is to ask: tables and views, their fields, and their tags with how many values they have. A click puts the name into the query.
import { ChevronDown, ChevronRight, Search, SquareArrowOutUpRight } from 'lucide-react';
import { useState } from 'react';
import type { SchemaColumn, SchemaTable } from '../../../common/console-api.ts';
import { formatNumber, plural } from '../../widgets/format.ts';
import type { TagCatalog } from '../builder/tag-catalog.ts';
import { useTagCounts } from '../builder/use-tag-counts.ts';
import { onTreeKey } from './tree-keys.ts';
import type { Schema } from './use-schema.ts';

const NUMBER_TYPES = /^(double|float|int|long|short|byte)$/;

interface Props {
  schema: Schema;
  catalog: TagCatalog;
  onInsert: (name: string) => void;
  /** Begins a query of the table. */
  onAsk: (table: SchemaTable) => void;
}

export function SchemaTree({ schema, catalog, onInsert, onAsk }: Props) {
  const [text, setText] = useState('');
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set(['cpu']));
  const wanted = text.trim().toLowerCase();
  const shown = schema.tables.filter(
    (table) => wanted === '' || table.name.includes(wanted) || table.columns.some((column) => column.name.includes(wanted)),
  );
  const toggle = (name: string): void => {
    const next = new Set(open);
    if (!next.delete(name)) next.add(name);
    setOpen(next);
  };
  return (
    <aside className="schema" aria-label="Tables">
      <label className="filter-line">
        <Search size={14} strokeWidth={1.6} />
        <input
          placeholder="Table, tag or field"
          aria-label="Find a table, tag or field"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only moves the focus among its buttons */}
      <div className="schema-list" onKeyDown={onTreeKey}>
        {shown.map((table, index) => {
          const expanded = open.has(table.name) || (wanted !== '' && !table.name.includes(wanted));
          return (
            <div key={table.name}>
              <div className="schema-line">
                <button
                  type="button"
                  className="schema-table"
                  tabIndex={index === 0 ? 0 : -1}
                  aria-expanded={expanded}
                  onClick={() => toggle(table.name)}
                >
                  {expanded ? <ChevronDown size={13} strokeWidth={1.6} /> : <ChevronRight size={13} strokeWidth={1.6} />}
                  <span className="cut grow">{table.name}</span>
                  <small>{noteOf(table)}</small>
                </button>
                <button
                  type="button"
                  className="schema-ask"
                  tabIndex={-1}
                  aria-label={`Query ${table.name}`}
                  title={`Query ${table.name}`}
                  onClick={() => onAsk(table)}
                >
                  <SquareArrowOutUpRight size={12} strokeWidth={1.6} />
                </button>
              </div>
              {expanded && (
                <Columns
                  table={table}
                  catalog={catalog}
                  wanted={wanted === '' || table.name.includes(wanted) ? '' : wanted}
                  onInsert={onInsert}
                />
              )}
            </div>
          );
        })}
        {schema.problem !== '' && <p className="small bad">{schema.problem}</p>}
        {!schema.loading && schema.problem === '' && schema.tables.length === 0 && (
          <p className="small t3">No tables yet. They appear with the first samples.</p>
        )}
        {schema.tables.length > 0 && shown.length === 0 && <p className="small t3">No matches</p>}
      </div>
    </aside>
  );
}

interface ColumnsProps {
  table: SchemaTable;
  catalog: TagCatalog;
  wanted: string;
  onInsert: (name: string) => void;
}

function Columns({ table, catalog, wanted, onInsert }: ColumnsProps) {
  const counts = useTagCounts(catalog, table);
  const columns = table.columns.filter((column) => column.name.includes(wanted));
  return columns.map((column) => (
    <button
      key={column.name}
      type="button"
      className="schema-column"
      tabIndex={-1}
      title={column.tag ? `${column.type}; values in the time range, at most one day` : `Insert ${column.name}`}
      onClick={() => onInsert(column.name)}
    >
      <span className="t3">{kindOf(column)}</span>
      <span className="cut grow">{column.name}</span>
      <small>{column.tag ? (counts === undefined ? '…' : formatNumber(counts.get(column.name))) : column.type}</small>
    </button>
  ));
}

function noteOf(table: SchemaTable): string {
  if (table.view) return 'view';
  const tags = table.columns.filter((column) => column.tag).length;
  return tags === 0 ? '' : plural(tags, 'tag');
}

function kindOf(column: SchemaColumn): string {
  if (column.tag) return 'tag';
  if (column.type === 'timestamp') return 'time';
  return NUMBER_TYPES.test(column.type) ? '1.2' : 'abc';
}
