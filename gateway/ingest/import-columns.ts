// Whether the columns of an import fit the table that is there: a column never changes its type, rows that bring another one are set aside.
import type { CheckImportRequest } from '../../proto/gen/messages.ts';
import { literal, type ReadDatabase } from '../fleet/query/read-database.ts';

const WANTED = { tags: 'symbol', fields: 'double', texts: 'varchar' } as const;
const WORDS: Readonly<Record<string, string>> = { symbol: 'a tag', double: 'a number', varchar: 'a text' };
const OPTION = { tags: '--tags', fields: '--fields', texts: '--texts' } as const;

/** The columns that a table has now, name → type; empty where there is none. Asked each time: it may have just been made. */
export async function columnsOf({ rows }: Pick<ReadDatabase, 'rows'>, table: string): Promise<Map<string, string>> {
  const found = await rows(`select column_name, data_type from information_schema.questdb_columns() where table_name = ${literal(table)}`);
  return new Map(found.map(([name, type]) => [name ?? '', (type ?? '').toLowerCase()]));
}

/** One sentence for each column that cannot be stored. */
export function columnProblems(request: CheckImportRequest, types: ReadonlyMap<string, string>): string[] {
  const { measurement } = request;
  return (['tags', 'fields', 'texts'] as const).flatMap((kind) =>
    request[kind].flatMap((name) => {
      const found = types.get(name);
      if (found === undefined || found === WANTED[kind]) return [];
      const was = WORDS[found] ?? found.toUpperCase();
      return [
        `${measurement}.${name} is ${was} in the table and ${WORDS[WANTED[kind]]} here (${OPTION[kind]}): its rows would be set aside; take it as ${was}, leave it out, or name another table with --measurement`,
      ];
    }),
  );
}
