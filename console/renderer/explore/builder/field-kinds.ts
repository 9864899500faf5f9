// Fields of one query are of one kind: rows, aggregations, or rates, which are made of a query in a query. Pure.
import { defaultName } from './builder-query.ts';
import type { BuilderField, BuilderQuery } from './query-model.ts';

type Kind = 'row' | 'aggregate' | 'rate';

/** The field that changed decides for all. `tags` are those of the table: together they tell one counter from another. */
export function inOneKind(query: BuilderQuery, fields: BuilderQuery['fields'], tags: readonly string[]): BuilderQuery {
  const changed = fields.find((field) => !query.fields.includes(field)) ?? fields[0];
  const kind = kindOf(changed);
  const kept = fields.filter((field) => kind === 'aggregate' || field === changed || !/_(min|max)$/.test(field.name));
  const alike: BuilderField[] = [];
  for (const field of kept) alike.push(kindOf(field) === kind ? field : turned(field, kind, alike));
  const order = alike.some((field) => field.name === query.order?.name) ? query.order : undefined;
  return {
    ...query,
    ...{ fields: alike, order, groupBy: kind === 'row' ? [] : query.groupBy, series: kind === 'rate' ? tags : [] },
    step: kind === 'rate' ? query.step || '$step' : query.step,
  };
}

function kindOf(field: BuilderField | undefined): Kind {
  return field === undefined || field.aggregate === '' ? 'row' : field.aggregate === 'rate' ? 'rate' : 'aggregate';
}

function turned({ column, aggregate, name }: BuilderField, kind: Kind, others: readonly BuilderField[]): BuilderField {
  const next = { column, aggregate: kind === 'row' ? ('' as const) : kind === 'rate' ? ('rate' as const) : ('avg' as const) };
  // A name that says what it was would say something else than it is.
  return { ...next, name: kind === 'rate' || aggregate === 'rate' || aggregate === 'ratio' ? defaultName(next, others) : name };
}
