// Whether the rows of a SELECT may be read window of time by window of time: not where the statement itself says which rows come, and in which order.

/** Comments, texts and quoted names, in which words mean nothing; words, parentheses and commas; whatever else. */
const PIECES = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|[\p{L}_][\p{L}\p{N}_]*|[(),;]|[^\s]/gu;

/**
 * What of a statement windows of time would not keep: `ORDER BY` of other than ascending `timestamp`, or a `LIMIT`, also of a part of it, whose rows
 * are others each time it is asked. Undefined where windows give the same rows.
 */
export function ownOrder(sql: string): 'ORDER BY' | 'LIMIT' | undefined {
  let depth = 0;
  const words: string[] = [];
  for (const [piece] of sql.matchAll(PIECES)) {
    if (piece.startsWith('--') || piece.startsWith('/*')) continue;
    if (piece === '(') depth++;
    else if (piece === ')') depth--;
    const word = piece.startsWith('"') ? piece.slice(1, -1).toLowerCase() : piece.toLowerCase();
    if (word === 'limit' && piece !== '"limit"' && !isName(words.at(-1))) return 'LIMIT';
    if (depth === 0 && piece !== ')') words.push(word);
  }
  const order = words.findLastIndex((word, i) => word === 'order' && words[i + 1] === 'by');
  if (order < 0) return undefined;
  const keys = words.slice(order + 2).filter((word) => word !== ';');
  return ['timestamp', 'timestamp asc'].includes(keys.join(' ')) ? undefined : 'ORDER BY';
}

/** Of what stands before `limit` where that is a column: `t.limit`, `select limit`. */
function isName(before: string | undefined): boolean {
  return before === '.' || before === 'select' || before === ',';
}

/** A statement that may stand in parentheses: without blanks and semicolons at its end. */
export function withoutEnd(sql: string): string {
  let end = sql.length;
  while (end > 0 && /[\s;]/.test(sql[end - 1] as string)) end--;
  return sql.slice(0, end).trimStart();
}
