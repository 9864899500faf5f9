// What of a SELECT is another thing each time it is asked, because it looks at the clock. A statement that is read in several parts must mean the same in each.

/** Comments, texts and quoted names, words, and whatever else; a text may hold a moving time. */
const PIECES = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|[\p{L}_$][\p{L}\p{N}_$]*|\s+|[^\s]/gu;
const OF_NOW = new Set(['now', 'systimestamp']);
const MOVING = new Set(['now', 'now_ns', 'systimestamp', 'systimestamp_ns', 'sysdate', 'today', 'tomorrow', 'yesterday']);

/** The statement with `now()` as the moment it was asked, in each of its parts. */
export function freezeNow(sql: string, nowMs: number): string {
  const pieces = [...sql.matchAll(PIECES)].map(([piece]) => piece);
  const literal = `cast('${new Date(nowMs).toISOString().replace('Z', '000Z')}' as timestamp)`;
  let frozen = '';
  for (let at = 0; at < pieces.length; at++) {
    const piece = pieces[at]!;
    const end = OF_NOW.has(piece.toLowerCase()) ? endOfCall(pieces, at) : undefined;
    frozen += end === undefined ? piece : literal;
    if (end !== undefined) at = end;
  }
  return frozen;
}

/** What of the statement still moves with the clock, as it stands there: `today()`, `'$now'`. Undefined where nothing does. */
export function movingPart(sql: string): string | undefined {
  const pieces = [...sql.matchAll(PIECES)].map(([piece]) => piece);
  for (let at = 0; at < pieces.length; at++) {
    const piece = pieces[at]!;
    if (MOVING.has(piece.toLowerCase()) && endOfCall(pieces, at) !== undefined) return `${piece}()`;
    if (piece.startsWith("'") && /\$(now|today|tomorrow|yesterday)/i.test(piece))
      return piece.length > 40 ? `${piece.slice(0, 39)}…` : piece;
    if (/^rnd_/i.test(piece) && nextOf(pieces, at) !== undefined) return `${piece}()`;
  }
  return undefined;
}

/** Place of the `)` of a call without arguments that begins at `at`. */
function endOfCall(pieces: readonly string[], at: number): number | undefined {
  const open = nextOf(pieces, at);
  if (open === undefined || pieces[open] !== '(') return undefined;
  const close = nextOf(pieces, open);
  return close !== undefined && pieces[close] === ')' ? close : undefined;
}

function nextOf(pieces: readonly string[], at: number): number | undefined {
  for (let next = at + 1; next < pieces.length; next++) if (!/^(\s|--|\/\*)/.test(pieces[next] as string)) return next;
  return undefined;
}
