// One condition of the builder: a column, how it compares, and with what. Values come from those the store has.
import { X } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import type { SchemaTable } from '../../../common/console-api.ts';
import type { Bounds } from '../../state/time-range.ts';
import type { BuilderFilter, Operator } from './query-model.ts';
import type { TagCatalog } from './tag-catalog.ts';

const TEXT_CHOICES: readonly [Operator, string][] = [
  ['=', 'is'],
  ['!=', 'is not'],
  ['~', 'matches'],
  ['!~', 'does not match'],
];
const NUMBER_CHOICES: readonly Operator[] = ['>', '>=', '<', '<=', '=', '!='];

interface Props {
  filter: BuilderFilter;
  table: SchemaTable;
  catalog: TagCatalog;
  bounds: () => Bounds;
  nameOf: (value: string) => string | undefined;
  onChange: (filter: BuilderFilter | undefined) => void;
}

export function BuilderFilterRow({ filter, table, catalog, bounds, nameOf, onChange }: Props) {
  const [values, setValues] = useState<readonly string[]>([]);
  const [typed, setTyped] = useState('');
  const listId = useId();
  const { column, operator, text } = filter;
  const several = text && /^(=|!=|in|not in)$/.test(operator);
  useEffect(() => {
    let current = true;
    setValues([]);
    const tag = table.columns.some((candidate) => candidate.name === column && candidate.tag);
    // Without them the operator types by hand: an unreachable store is told elsewhere.
    if (tag)
      catalog.values(table, column, bounds()).then(
        (found) => current && setValues(found),
        () => undefined,
      );
    return () => {
      current = false;
    };
  }, [catalog, table, column, bounds]);
  const addTyped = (value: string): void => {
    setTyped('');
    if (value !== '' && !filter.values.includes(value)) onChange(withValues(filter, [...filter.values, value]));
  };
  const chooseColumn = (name: string): void => {
    const type = table.columns.find((candidate) => candidate.name === name)?.type ?? '';
    const isText = !/^(double|float|int|long|short|byte)$/.test(type);
    onChange({ column: name, operator: isText ? '=' : '>', values: [], text: isText });
  };
  return (
    <span className="builder-term">
      <select aria-label="Filter column" value={column} onChange={(event) => chooseColumn(event.target.value)}>
        {table.columns
          .filter((candidate) => candidate.name !== 'timestamp')
          .map((candidate) => (
            <option key={candidate.name} value={candidate.name}>
              {candidate.name}
            </option>
          ))}
      </select>
      <select
        aria-label={`Comparison of ${column}`}
        value={operator === 'in' ? '=' : operator === 'not in' ? '!=' : operator}
        onChange={(event) => onChange(withValues({ ...filter, operator: event.target.value as Operator }, filter.values))}
      >
        {(text ? TEXT_CHOICES : NUMBER_CHOICES.map((sign) => [sign, sign] as const)).map(([sign, words]) => (
          <option key={sign} value={sign}>
            {words}
          </option>
        ))}
      </select>
      {several &&
        filter.values.map((value) => (
          <span key={value} className="builder-value" title={value}>
            <span className="cut">{nameOf(value) ?? (value || 'empty')}</span>
            <button
              type="button"
              className="builder-drop"
              aria-label={`Remove ${value}`}
              onClick={() =>
                onChange(
                  withValues(
                    filter,
                    filter.values.filter((other) => other !== value),
                  ),
                )
              }
            >
              <X size={11} strokeWidth={1.8} />
            </button>
          </span>
        ))}
      <input
        aria-label={`Value of ${column}`}
        list={values.length > 0 ? listId : undefined}
        inputMode={text ? 'text' : 'decimal'}
        placeholder={several ? (filter.values.length === 0 ? 'value' : 'or…') : text ? 'pattern' : 'number'}
        value={several ? typed : (filter.values[0] ?? '')}
        onChange={(event) => {
          const { value } = event.target;
          if (!several) onChange({ ...filter, values: value === '' ? [] : [value] });
          else if (values.includes(value)) addTyped(value);
          else setTyped(value);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !several || event.ctrlKey || event.metaKey) return;
          event.preventDefault();
          addTyped(typed);
        }}
        onBlur={() => several && addTyped(typed)}
      />
      <datalist id={listId}>
        {values.map((value) => (
          <option key={value} value={value} label={nameOf(value) ?? value} />
        ))}
      </datalist>
      <button type="button" className="builder-drop" aria-label={`Remove the filter on ${column}`} onClick={() => onChange(undefined)}>
        <X size={12} strokeWidth={1.8} />
      </button>
    </span>
  );
}

/** One value is compared, several are a list. */
function withValues(filter: BuilderFilter, values: readonly string[]): BuilderFilter {
  const { operator } = filter;
  if (!filter.text || operator === '~' || operator === '!~') return { ...filter, values: values.slice(0, 1) };
  const negated = operator === '!=' || operator === 'not in';
  const next: Operator = values.length > 1 ? (negated ? 'not in' : 'in') : negated ? '!=' : '=';
  return { ...filter, operator: next, values };
}
