// What the builder shows of each column: the aggregation, and whether the least and most come with it.
import { Plus, X } from 'lucide-react';
import { defaultName } from './builder-query.ts';
import { AGGREGATES, type Aggregate, type BuilderField } from './query-model.ts';

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
    const next = withAggregate({ column, aggregate: '', name: '' }, aggregate, columns);
    onChange([...fields, { ...next, name: defaultName(next, fields) }]);
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
              onChange={(event) => replace(field, withAggregate(field, event.target.value as Aggregate | '', columns))}
            >
              <option value="">every row</option>
              {AGGREGATES.map((name) => (
                <option key={name} value={name} title={TIPS[name]}>
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
            {field.aggregate === 'ratio' && (
              <>
                <span className="builder-word">per</span>
                <select
                  aria-label={`Divisor of ${field.name}`}
                  value={field.by}
                  onChange={(event) => replace(field, { ...field, by: event.target.value, name: '' })}
                >
                  {field.by !== undefined && !columns.includes(field.by) && <option value={field.by}>{field.by}</option>}
                  {columns.map((name) => (
                    <option key={name} value={name}>
                      {name}
                    </option>
                  ))}
                </select>
              </>
            )}
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

const TIPS: Readonly<Partial<Record<Aggregate, string>>> = {
  rate: 'How much a counter rises in a second, added up over its series. One that was set back counts from 0 again.',
  ratio: 'The sum of this column divided by the sum of another',
};

/** A ratio begins with the first other column. */
function withAggregate({ column }: BuilderField, aggregate: Aggregate | '', columns: readonly string[]): BuilderField {
  if (aggregate !== 'ratio') return { column, aggregate, name: '' };
  return { column, aggregate, by: columns.find((name) => name !== column) ?? column, name: '' };
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
