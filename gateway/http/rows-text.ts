// The frames of a query as rows of text, one frame at a time: CSV, or one JSON document.
import { csvLine } from '../../core/common/csv.ts';
import type { QueryColumn, QueryFrame } from '../../proto/gen/messages.ts';
import { frameRows } from '../../proto/query-rows.ts';

type Frames = AsyncIterator<QueryFrame>;

/** As core/common/csv.ts writes it, times as ISO 8601. */
export async function* csvRows(first: IteratorResult<QueryFrame>, rest: Frames): AsyncGenerator<string> {
  let columns: QueryColumn[] = [];
  for await (const frame of all(first, rest)) {
    if (frame.columns.length > 0) {
      columns = frame.columns;
      yield csvLine(columns.map((column) => column.name));
    }
    const lines = frameRows(columns, frame).map((row) => csvLine(row));
    if (lines.length > 0) yield lines.join('');
  }
}

/** `{"columns":[…],"rows":[[…]],"truncated":false}`; `truncated` where the statement was cut before it was asked. */
export async function* jsonRows(first: IteratorResult<QueryFrame>, rest: Frames, truncated = false): AsyncGenerator<string> {
  let columns: QueryColumn[] = [];
  let rows = 0;
  for await (const frame of all(first, rest)) {
    if (frame.columns.length > 0) {
      columns = frame.columns;
      yield `{"columns":${JSON.stringify(columns)},"rows":[`;
    }
    const texts = frameRows(columns, frame).map((row) => JSON.stringify(row));
    if (texts.length > 0) yield `${rows === 0 ? '' : ','}${texts.join(',')}`;
    rows += texts.length;
    if (frame.totals) yield `],"truncated":${truncated || frame.totals.truncated}}\n`;
  }
}

async function* all(first: IteratorResult<QueryFrame>, rest: Frames): AsyncGenerator<QueryFrame> {
  try {
    for (let result = first; !result.done; result = await rest.next()) yield result.value;
  } finally {
    await rest.return?.();
  }
}
