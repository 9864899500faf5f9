// SQL as words: names, texts, numbers, signs. Enough to read a simple query back into the builder.

export interface SqlWord {
  kind: 'name' | 'quoted' | 'text' | 'number' | 'variable' | 'sign' | 'comment';
  /** A quoted name or text without its quotes. */
  value: string;
  /** Where it begins. */
  at: number;
}

const PATTERNS: readonly [SqlWord['kind'], RegExp][] = [
  ['comment', /--[^\n]*|\/\*[\s\S]*?\*\//y],
  ['text', /'(?:[^']|'')*'/y],
  ['quoted', /"(?:[^"]|"")*"/y],
  // A step such as 1m is a number with its unit.
  ['number', /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[A-Za-z]*/y],
  ['variable', /\$[A-Za-z_]\w*/y],
  ['name', /[A-Za-z_]\w*/y],
  ['sign', /<=|>=|!=|<>|!~|::|[=<>~(),;*.+\-/%@[\]|&^:]/y],
];

/** The words; undefined where something is no SQL or a quote is never closed. */
export function sqlWords(sql: string): SqlWord[] | undefined {
  const words: SqlWord[] = [];
  for (let at = 0; at < sql.length; ) {
    if (/\s/.test(sql[at] as string)) {
      at++;
      continue;
    }
    const word = wordAt(sql, at);
    if (word === undefined) return undefined;
    words.push({ kind: word.kind, value: unquoted(word.kind, word.text), at });
    at += word.text.length;
  }
  return words;
}

function wordAt(sql: string, at: number): { kind: SqlWord['kind']; text: string } | undefined {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const text = pattern.exec(sql)?.[0];
    if (text !== undefined) return { kind, text };
  }
  return undefined;
}

function unquoted(kind: SqlWord['kind'], text: string): string {
  if (kind !== 'text' && kind !== 'quoted') return text;
  const quote = text[0]!;
  return text.slice(1, -1).replaceAll(quote + quote, quote);
}
