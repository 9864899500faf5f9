// The builder: a query made by choosing, written as SQL at every change.
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import type { SchemaTable } from '../../../common/console-api.ts';
import type { Bounds } from '../../state/time-range.ts';
import { BuilderFields } from './builder-fields.tsx';
import { BuilderFilterRow } from './builder-filter.tsx';
import { hasRates, isAggregated, toSql } from './builder-query.ts';
import { inOneKind } from './field-kinds.ts';
import { firstQueryOf } from './first-query.ts';
import type { BuilderFilter, BuilderQuery } from './query-model.ts';
import { readBuilder } from './read-builder.ts';
import type { TagCatalog } from './tag-catalog.ts';

const STEPS = ['1s', '10s', '1m', '5m', '1h', '1d'];
const LIMITS = [10, 100, 1000];

interface Props {
  sql: string;
  tables: readonly SchemaTable[];
  catalog: TagCatalog;
  bounds: () => Bounds;
  nameOf: (value: string) => string | undefined;
  onChange: (sql: string) => void;
}

export function QueryBuilder({ sql, tables, catalog, bounds, nameOf, onChange }: Props) {
  // A filter without a value is no part of the SQL yet, and must not vanish for that.
  const [draft, setDraft] = useState<{ query: BuilderQuery; sql: string }>();
  const reading = draft?.sql === sql ? draft : readBuilder(sql);
  if (!('query' in reading)) return null;
  const { query } = reading;
  const table = tables.find((candidate) => candidate.name === query.table);
  const change = (next: BuilderQuery): void => {
    const written = toSql(next);
    setDraft({ query: next, sql: written });
    onChange(written);
  };
  const tags = table?.columns.filter((column) => column.tag).map((column) => column.name) ?? [];
  const plain = table?.columns.filter((column) => !column.tag && column.name !== 'timestamp').map((column) => column.name) ?? [];
  const aggregated = isAggregated(query);
  const setFilter = (old: BuilderFilter, next: BuilderFilter | undefined): void =>
    change({ ...query, filters: query.filters.flatMap((filter) => (filter !== old ? [filter] : next === undefined ? [] : [next])) });
  return (
    <fieldset className="builder" aria-label="Query builder">
      <div className="builder-row">
        <span className="builder-word">From</span>
        <select
          aria-label="Measurement"
          value={query.table}
          onChange={(event) => {
            const chosen = tables.find((candidate) => candidate.name === event.target.value);
            if (chosen !== undefined) change(firstQueryOf(chosen));
          }}
        >
          {table === undefined && <option value={query.table}>{query.table}</option>}
          {tables.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <span className="builder-word">show</span>
        <BuilderFields fields={query.fields} columns={plain} onChange={(fields) => change(inOneKind(query, fields, tags))} />
      </div>
      <div className="builder-row">
        <span className="builder-word">Where</span>
        {table !== undefined &&
          query.filters.map((filter, index) => (
            <BuilderFilterRow
              key={`${index} ${filter.column}`}
              {...{ filter, table, catalog, bounds, nameOf }}
              onChange={(next) => setFilter(filter, next)}
            />
          ))}
        <button
          type="button"
          className="builder-add"
          disabled={table === undefined}
          onClick={() => {
            const column = tags.find((tag) => !query.filters.some((filter) => filter.column === tag)) ?? tags[0] ?? plain[0] ?? '';
            change({ ...query, filters: [...query.filters, { column, operator: '=', values: [], text: tags.includes(column) }] });
          }}
        >
          <Plus size={12} strokeWidth={1.8} />
          Filter
        </button>
        <label className="builder-check">
          <input type="checkbox" checked={query.windowTime} onChange={(event) => change({ ...query, windowTime: event.target.checked })} />
          in the time range
        </label>
      </div>
      <div className="builder-row">
        <span className="builder-word">Group by</span>
        {query.groupBy.map((tag) => (
          <span key={tag} className="builder-value">
            <span className="cut">{tag}</span>
            <button
              type="button"
              className="builder-drop"
              aria-label={`Remove group ${tag}`}
              onClick={() => change({ ...query, groupBy: query.groupBy.filter((other) => other !== tag) })}
            >
              <X size={11} strokeWidth={1.8} />
            </button>
          </span>
        ))}
        <select
          aria-label="Group by"
          value=""
          disabled={!aggregated}
          onChange={(event) => change({ ...query, groupBy: [...query.groupBy, event.target.value] })}
        >
          <option value="">{query.groupBy.length === 0 ? 'none' : 'add…'}</option>
          {tags
            .filter((tag) => !query.groupBy.includes(tag))
            .map((tag) => (
              <option key={tag} value={tag}>
                {tag}
              </option>
            ))}
        </select>
        <span className="builder-word">step</span>
        <select
          aria-label="Time step"
          value={query.step}
          disabled={!aggregated}
          onChange={(event) => change({ ...query, step: event.target.value })}
        >
          <option value="$step">auto</option>
          {[...new Set([...STEPS, query.step])]
            .filter((step) => step !== '' && step !== '$step')
            .map((step) => (
              <option key={step} value={step}>
                {step}
              </option>
            ))}
          {!hasRates(query) && <option value="">no step</option>}
        </select>
        <span className="builder-word">sort</span>
        <select
          aria-label="Order by"
          value={query.order === undefined ? '' : `${query.order.descending ? '-' : '+'}${query.order.name}`}
          onChange={({ target: { value } }) =>
            change({ ...query, order: value === '' ? undefined : { name: value.slice(1), descending: value[0] === '-' } })
          }
        >
          <option value="">time</option>
          {query.fields.flatMap(({ name }) => [
            <option key={`-${name}`} value={`-${name}`}>
              {name}, highest first
            </option>,
            <option key={`+${name}`} value={`+${name}`}>
              {name}, lowest first
            </option>,
          ])}
        </select>
        <select
          aria-label="Rows"
          value={query.limit ?? ''}
          onChange={({ target: { value } }) => change({ ...query, limit: value === '' ? undefined : Number(value) })}
        >
          <option value="">all rows</option>
          {[...new Set([...LIMITS, ...(query.limit === undefined ? [] : [query.limit])])].map((limit) => (
            <option key={limit} value={limit}>
              {limit} rows
            </option>
          ))}
        </select>
      </div>
    </fieldset>
  );
}
