// Names of tables and columns as SQL takes them.

/** Names that SQL would read as words of its own. */
const RESERVED =
  /^(all|and|as|asc|between|by|case|desc|distinct|from|group|in|is|join|latest|like|limit|not|null|on|or|order|sample|select|union|where|with|timestamp_floor|user|table|to)$/i;

/** A name as SQL takes it: plain where that is safe, else in quotes. */
export function quoteName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !RESERVED.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
