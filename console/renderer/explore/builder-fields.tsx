// What the builder shows of each column: the aggregation, and whether the least and most come with it.
import { Plus, X } from 'lucide-react';
import { AGGREGATES, type Aggregate, type BuilderField, defaultName } from './builder-query.ts';

interface Props {
  fields: readonly BuilderField[];
  /** Columns that are no tags. */
  columns: readonly string[];
  onChange: (fields: readonly BuilderField[]) => void;
}

export function BuilderFields({ fields, columns, onChange }: Props) {
  const shown = fields.filter((field) => !isBandOf(field, fields));
  const replace = (old: BuilderField, next: BuilderField | undefined): void => {
    const rest = fields.filter((field) => field !== old && !isBoundOf(field, old));
    const at = fields.indexOf(old);
    const named = next === undefined ? [] : [{ ...next, name: next.name || defaultName(next, rest) }];
    onChange([...rest.slice(0, at), ...named, ...rest.slice(at)]);
  };
  const add = (): void => {
    const column = columns.find((name) => !fields.some((field) => field.column === name)) ?? columns[0] ?? '*';
    const aggregate = fields[0] === undefined ? 'avg' : fields[0].aggregate;
    onChange([...fields, { column, aggregate, name: defaultName({ column, aggregate }, fields) }]);
  };
  return (
    <>
      {shown.map((field) => {
        const band = fields.some((other) => isBoundOf(other, field));
        return (
          <span key={field.name} className="builder-term">
            <select
              aria-label={`Aggregation of ${field.column}`}
              value={field.aggregate}
              onChange={(event) => replace(field, { ...field, aggregate: event.target.value as Aggregate | '', name: '' })}
            >
              <option value="">every row</option>
              {AGGREGATES.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
            <select
              aria-label={`Column of ${field.name}`}
              value={field.column}
              onChange={(event) => replace(field, { ...field, column: event.target.value, name: '' })}
            >
              {!columns.includes(field.column) && <option value={field.column}>{field.column === '*' ? 'rows' : field.column}</option>}
              {columns.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
            {(field.aggregate === 'avg' || band) && (
              <button
                type="button"
                className="builder-toggle"
                aria-pressed={band}
                title="Show the minimum and maximum of each step as a band"
                onClick={() => onChange(band ? fields.filter((other) => !isBoundOf(other, field)) : withBand(fields, field))}
              >
                Min–max band
              </button>
            )}
            <button type="button" className="builder-drop" aria-label={`Remove ${field.name}`} onClick={() => replace(field, undefined)}>
              <X size={12} strokeWidth={1.8} />
            </button>
          </span>
        );
      })}
      <button type="button" className="builder-add" onClick={add}>
        <Plus size={12} strokeWidth={1.8} />
        Field
      </button>
    </>
  );
}

/** The least or most that belongs to `main`. */
function isBoundOf(field: BuilderField, main: BuilderField): boolean {
  if (field === main || field.column !== main.column) return false;
  return (field.aggregate === 'min' || field.aggregate === 'max') && field.name === `${main.name}_${field.aggregate}`;
}

function isBandOf(field: BuilderField, all: readonly BuilderField[]): boolean {
  return all.some((main) => isBoundOf(field, main));
}

function withBand(fields: readonly BuilderField[], main: BuilderField): BuilderField[] {
  const bounds = (['min', 'max'] as const).map((aggregate) => ({ column: main.column, aggregate, name: `${main.name}_${aggregate}` }));
  return fields.flatMap((field) => (field === main ? [field, ...bounds] : [field]));
}
