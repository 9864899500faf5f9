// Reads SQL back into the builder while it says no more than the builder can show; else it says what that is.

import { type SqlWord, sqlWords } from '../sql/sql-words.ts';
import { isWrittenOut, WRITTEN_OUT } from './builder-query.ts';
import {
  AGGREGATES,
  type Aggregate,
  type BuilderField,
  type BuilderFilter,
  type BuilderQuery,
  EMPTY_QUERY,
  OPERATORS,
  type Operator,
} from './query-model.ts';
import { withoutNullOrder } from './read-order.ts';
import { readRates } from './read-rates.ts';

export type BuilderReading = { query: BuilderQuery } | { why: string };

class NotBuilder extends Error {}

const CLAUSES = /^(join|union|except|intersect|group|having|latest|over|asof|lt|splice|cross|left|inner|outer|window|fill|pivot)$/i;

export function readBuilder(sql: string): BuilderReading {
  const written = sqlWords(sql);
  if (written === undefined) return { why: 'a quote is not closed, or a character is not SQL' };
  const words = withoutNullOrder(written);
  const rates = readRates(words, (plain) => {
    const reading = readWords(plain);
    return 'query' in reading ? reading.query : undefined;
  });
  return rates === undefined ? readWords(words) : { query: rates };
}

function readWords(words: readonly SqlWord[]): BuilderReading {
  try {
    return { query: new Reader(words).query() };
  } catch (error) {
    if (error instanceof NotBuilder) return { why: error.message };
    throw error;
  }
}

const PLACE = 'place_of_column';
const PLACE_BY = 'place_of_divisor';
const TEMPLATES = Object.entries(WRITTEN_OUT).map(
  ([aggregate, sql]) => [aggregate as Aggregate, sqlWords(sql.replaceAll('??', PLACE_BY).replaceAll('?', PLACE)) ?? []] as const,
);

class Reader {
  readonly #words: readonly SqlWord[];
  #next = 0;

  constructor(words: readonly SqlWord[]) {
    this.#words = words;
  }

  query(): BuilderQuery {
    const note: string[] = [];
    while (this.#peek()?.kind === 'comment') note.push(this.#take().value);
    if (this.#words.slice(this.#next).some((word) => word.kind === 'comment')) this.#refuse('comments inside the query would be lost');
    this.#expect('select');
    if (this.#is('distinct')) this.#refuse('it has no DISTINCT');
    const items = this.#list(() => this.#item());
    this.#expect('from');
    const table = this.#name('a table');
    const conditions = this.#accept('where') ? this.#conditions() : { filters: [], windowTime: false };
    const step = this.#accept('sample') ? this.#step() : '';
    const order = this.#accept('order') ? this.#order() : undefined;
    const limit = this.#accept('limit') ? this.#wholeNumber() : undefined;
    if (this.#peek()?.value === ';') this.#take();
    const rest = this.#peek();
    if (rest !== undefined) this.#refuse(CLAUSES.test(rest.value) ? `it has no ${rest.value.toUpperCase()}` : `it has no “${rest.value}”`);
    return { ...EMPTY_QUERY, note, table, ...columnsOf(items, step, (why) => this.#refuse(why)), step, ...conditions, order, limit };
  }

  /** One of the aggregations that are written out; undefined, with nothing taken, where it is none. */
  #writtenOut(): BuilderField | undefined {
    for (const [aggregate, template] of TEMPLATES) {
      const found = new Map<string, string>();
      const fits = template.every((wanted, index) => {
        const word = this.#words[this.#next + index];
        if (word === undefined) return false;
        if (wanted.value !== PLACE && wanted.value !== PLACE_BY)
          return word.kind === wanted.kind && word.value.toLowerCase() === wanted.value;
        if (word.kind !== 'name' && word.kind !== 'quoted') return false;
        found.set(wanted.value, word.value);
        return true;
      });
      const [column, by] = [found.get(PLACE), found.get(PLACE_BY)];
      if (!fits || column === undefined) continue;
      this.#next += template.length;
      const name = this.#accept('as') ? this.#name('a name') : aggregate;
      const after = this.#peek();
      if (after !== undefined && after.value !== ',' && after.value.toLowerCase() !== 'from')
        this.#refuse(`it has no calculation with ${column}`);
      return { column, aggregate, ...(by === undefined ? {} : { by }), name };
    }
    return undefined;
  }

  #item(): BuilderField {
    const written = this.#writtenOut();
    if (written !== undefined) return written;
    const word = this.#take();
    if (word.value === '*') this.#refuse('it needs named columns instead of *');
    if (word.kind !== 'name' && word.kind !== 'quoted') this.#refuse(`it selects “${word.value}”, which is not a column`);
    let aggregate: Aggregate | '' = '';
    let column = word.value;
    if (word.kind === 'name' && this.#peek()?.value === '(') {
      const known = AGGREGATES.find((name) => name === word.value.toLowerCase() && !isWrittenOut(name));
      if (known === undefined) this.#refuse(`it has no ${word.value}() like this one`);
      this.#take();
      aggregate = known as Aggregate;
      column = this.#peek()?.value === ')' || this.#peek()?.value === '*' ? this.#rows(aggregate) : this.#name('a column');
      if (this.#take().value !== ')') this.#refuse(`${word.value}() can only take a column`);
    }
    const name = this.#accept('as') ? this.#name('a name') : aggregate === '' ? column : aggregate;
    const after = this.#peek();
    if (after !== undefined && after.value !== ',' && after.value.toLowerCase() !== 'from')
      this.#refuse(`it has no calculation with ${column}`);
    return { column, aggregate, name };
  }

  /** `count()` and `count(*)` are of rows. */
  #rows(aggregate: Aggregate): string {
    if (aggregate !== 'count') this.#refuse(`${aggregate}() needs a column`);
    if (this.#peek()?.value === '*') this.#take();
    return '*';
  }

  #conditions(): Pick<BuilderQuery, 'filters' | 'windowTime'> {
    const filters: BuilderFilter[] = [];
    let from = false;
    let to = false;
    do {
      if (this.#peek()?.value === '(' || this.#is('not')) this.#refuse('it has no parentheses and no NOT in conditions');
      const column = this.#name('a column');
      if (column.toLowerCase() !== 'timestamp') filters.push(this.#filter(column));
      else if (this.#accept('between')) {
        if (this.#take().value !== '$from' || !this.#accept('and') || this.#take().value !== '$to') this.#refuse(OWN_TIME);
        from = true;
        to = true;
      } else {
        const bound = `${this.#take().value} ${this.#take().value}`;
        if (/^>=? \$from$/.test(bound)) from = true;
        else if (/^<=? \$to$/.test(bound)) to = true;
        else this.#refuse(OWN_TIME);
      }
    } while (this.#accept('and'));
    if (this.#is('or')) this.#refuse('it has no OR');
    if (from !== to) this.#refuse(OWN_TIME);
    return { filters, windowTime: from };
  }

  #filter(column: string): BuilderFilter {
    const negated = this.#accept('not');
    if (this.#accept('in')) {
      if (this.#take().value !== '(') this.#refuse('IN needs a list in parentheses');
      if (this.#is('select')) this.#refuse('it has no subqueries');
      const literals = this.#list(() => this.#literal());
      if (this.#take().value !== ')') this.#refuse('the list of IN is not closed');
      const text = literals[0]?.kind === 'text';
      if (literals.some((literal) => (literal.kind === 'text') !== text)) this.#refuse('a list may not mix text and numbers');
      return { column, operator: negated ? 'not in' : 'in', values: literals.map((literal) => literal.value), text };
    }
    const sign = this.#take();
    const operator = OPERATORS.find((candidate) => candidate === (sign.value === '<>' ? '!=' : sign.value));
    if (operator === undefined || negated || sign.kind !== 'sign') this.#refuse(`it has no condition “${column} ${sign.value}”`);
    const { kind, value } = this.#literal();
    return { column, operator: operator as Operator, values: [value], text: kind === 'text' };
  }

  #step(): string {
    this.#expect('by');
    const step = this.#take().value;
    if (step !== '$step' && !/^\d+[smhd]$/.test(step)) this.#refuse(`it has no step of ${step}`);
    // What QuestDB does by itself.
    if (this.#accept('align') && !(this.#accept('to') && this.#accept('calendar'))) this.#refuse('it has no ALIGN');
    return step;
  }

  #order(): BuilderQuery['order'] {
    this.#expect('by');
    const name = this.#name('a column');
    const descending = this.#accept('desc');
    if (!descending) this.#accept('asc');
    if (this.#peek()?.value === ',') this.#refuse('it can sort by one column only');
    return { name, descending };
  }

  #wholeNumber(): number {
    const { value } = this.#take();
    if (!/^\d{1,9}$/.test(value)) this.#refuse(`it has no LIMIT ${value}`);
    return Number(value);
  }

  #literal(): SqlWord {
    const word = this.#take();
    if (word.kind === 'text' || (word.kind === 'number' && /\d$/.test(word.value))) return word;
    return this.#refuse(`“${word.value}” is neither text nor a number`);
  }

  #list<T>(read: () => T): T[] {
    const items = [read()];
    while (this.#peek()?.value === ',' && this.#peek()?.kind === 'sign') {
      this.#take();
      items.push(read());
    }
    return items;
  }

  #name(what: string): string {
    const word = this.#take();
    return word.kind === 'name' || word.kind === 'quoted' ? word.value : this.#refuse(`“${word.value}” is where ${what} should be`);
  }

  #is(keyword: string): boolean {
    const word = this.#peek();
    return word?.kind === 'name' && word.value.toLowerCase() === keyword;
  }

  #accept(keyword: string): boolean {
    if (!this.#is(keyword)) return false;
    this.#next++;
    return true;
  }

  #expect(keyword: string): void {
    if (!this.#accept(keyword)) this.#refuse(`${keyword.toUpperCase()} is missing`);
  }

  #peek(): SqlWord | undefined {
    return this.#words[this.#next];
  }

  #take(): SqlWord {
    const word = this.#words[this.#next++];
    return word ?? this.#refuse('the query is incomplete');
  }

  #refuse(why: string): never {
    throw new NotBuilder(why);
  }
}

const OWN_TIME = 'the builder only filters time by $from and $to';

/** Which columns are what: beside aggregations, plain columns are what it groups by. */
function columnsOf(items: readonly BuilderField[], step: string, refuse: (why: string) => never): Pick<BuilderQuery, 'fields' | 'groupBy'> {
  const aggregated = items.some((item) => item.aggregate !== '');
  const bare = items.filter((item) => item.aggregate === '');
  const times = bare.filter((item) => item.column === 'timestamp');
  const plain = bare.filter((item) => item.column !== 'timestamp');
  const timed = times.length > 0;
  if (times.some((item) => item.name !== 'timestamp') || times.length > 1) refuse('it cannot rename timestamp');
  if (!aggregated) {
    if (step !== '') refuse('SAMPLE BY needs an aggregation');
    if (!timed) refuse('it needs the timestamp column');
    return { fields: plain, groupBy: [] };
  }
  if (plain.some((item) => item.name !== item.column)) refuse('it cannot rename a grouping column');
  if (timed !== (step !== '')) refuse(timed ? 'it cannot group by each timestamp' : 'it needs the timestamp of each step');
  return { fields: items.filter((item) => item.aggregate !== ''), groupBy: plain.map((item) => item.column) };
}
