// Whether the cursor stands in a text that is compared with a column, and with which: there the column's values complete.

export interface TagPlace {
  table: string;
  column: string;
  /** Where the text begins, after its quote. */
  from: number;
}

const COMPARED = /("[^"\n]+"|[A-Za-z_]\w*)\s*(?:=|!=|<>|(?:not\s+)?in\s*\((?:\s*'[^'\n]*'\s*,)*)\s*'([^'\n]*)$/i;
const FROM = /\bfrom\s+("[^"\n]+"|[A-Za-z_]\w*)/i;
/** A condition is short; a pattern over a whole script at every key is not. */
const LOOK_BACK = 2000;

export function tagPlace(sql: string, cursor: number): TagPlace | undefined {
  const found = COMPARED.exec(sql.slice(Math.max(0, cursor - LOOK_BACK), cursor));
  const table = FROM.exec(sql)?.[1];
  if (found === null || table === undefined) return undefined;
  const [, column = '', typed = ''] = found;
  return { table: plain(table), column: plain(column), from: cursor - typed.length };
}

function plain(name: string): string {
  return name.replaceAll('"', '');
}
