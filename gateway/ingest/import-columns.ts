// Whether the columns of an import fit the table that is there: a column never changes its type, rows that bring another one are set aside.
import type { CheckImportRequest, Measurement } from '../../proto/gen/messages.ts';

const WANTED = { tags: 'symbol', fields: 'double', texts: 'varchar' } as const;
const WORDS: Readonly<Record<string, string>> = { symbol: 'a tag', double: 'a number', varchar: 'a text' };
const OPTION = { tags: '--tags', fields: '--fields', texts: '--texts' } as const;

/** One sentence for each column that cannot be stored. */
export function columnProblems(request: CheckImportRequest, measurements: readonly Measurement[]): string[] {
  const { measurement } = request;
  const table = measurements.find(({ name }) => name === measurement);
  if (table === undefined) return [];
  const types = new Map(table.columns.map(({ name, type }) => [name, type]));
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
