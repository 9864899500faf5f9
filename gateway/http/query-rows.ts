// The frames of a query as rows of text, one frame at a time: CSV, or one JSON document.
import type { QueryColumn, QueryFrame, QueryValues } from '../../proto/gen/messages.ts';

type Frames = AsyncIterator<QueryFrame>;
type Value = string | number | null;

/** RFC 4180, times as ISO 8601; a text that a spreadsheet would run gets an apostrophe before it. */
export async function* csvRows(first: IteratorResult<QueryFrame>, rest: Frames): AsyncGenerator<string> {
  let columns: QueryColumn[] = [];
  for await (const frame of all(first, rest)) {
    if (frame.columns.length > 0) {
      columns = frame.columns;
      yield `${columns.map((column) => csvText(column.name)).join(',')}\r\n`;
    }
    const lines = rowsOf(columns, frame).map((row) =>
      row.map((value) => (typeof value === 'string' ? csvText(value) : (value ?? ''))).join(','),
    );
    if (lines.length > 0) yield `${lines.join('\r\n')}\r\n`;
  }
}

/** `{"columns":[…],"rows":[[…]],"truncated":false}` */
export async function* jsonRows(first: IteratorResult<QueryFrame>, rest: Frames): AsyncGenerator<string> {
  let columns: QueryColumn[] = [];
  let rows = 0;
  for await (const frame of all(first, rest)) {
    if (frame.columns.length > 0) {
      columns = frame.columns;
      yield `{"columns":${JSON.stringify(columns)},"rows":[`;
    }
    const texts = rowsOf(columns, frame).map((row) => JSON.stringify(row));
    if (texts.length > 0) yield `${rows === 0 ? '' : ','}${texts.join(',')}`;
    rows += texts.length;
    if (frame.totals) yield `],"truncated":${frame.totals.truncated}}\n`;
  }
}

async function* all(first: IteratorResult<QueryFrame>, rest: Frames): AsyncGenerator<QueryFrame> {
  try {
    for (let result = first; !result.done; result = await rest.next()) yield result.value;
  } finally {
    await rest.return?.();
  }
}

function rowsOf(columns: readonly QueryColumn[], frame: QueryFrame): Value[][] {
  const read = frame.values.map((values, at) => readerOf(columns[at]?.type ?? '', values));
  return Array.from({ length: frame.rows }, (_, row) => read.map((value) => value(row)));
}

function readerOf(type: string, values: QueryValues): (row: number) => Value {
  const nulls = new Set(values.nulls);
  if (values.numbers.length > 0) {
    return (row) => {
      const value = values.numbers[row] as number;
      return Number.isNaN(value) ? null : value;
    };
  }
  if (type.startsWith('timestamp')) return (row) => (nulls.has(row) ? null : isoMicros(values.timesUs[row] as number));
  return (row) => (nulls.has(row) ? null : (values.texts[row] ?? null));
}

function isoMicros(us: number): string {
  const second = Math.floor(us / 1e6);
  return `${new Date(second * 1000).toISOString().slice(0, 19)}.${String(us - second * 1e6).padStart(6, '0')}Z`;
}

function csvText(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
