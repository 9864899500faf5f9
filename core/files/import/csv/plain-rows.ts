// Tells of a CSV file without quotes and with short rows, at the speed of memory, that no row of it can be unreadable.
import { MAX_CELLS } from './csv-scanner.ts';

const QUOTE = 0x22;
const LF = 0x0a;
/** A shorter row has not too many bytes, and not too many cells either, whatever is in it. */
const MAX_PLAIN_ROW = MAX_CELLS - 1;

/** False only means that the rows have to be scanned. */
export async function isPlain(pieces: { next(): Promise<Buffer | undefined> }): Promise<boolean> {
  /** Bytes since the last line end. */
  let open = 0;
  for (let piece = await pieces.next(); piece !== undefined; piece = await pieces.next()) {
    if (piece.includes(QUOTE)) return false;
    let at = 0;
    while (open + piece.length - at > MAX_PLAIN_ROW) {
      // A negative index would be counted from the end.
      const end = open < MAX_PLAIN_ROW ? piece.lastIndexOf(LF, at + MAX_PLAIN_ROW - open - 1) : -1;
      if (end < at) return false;
      at = end + 1;
      open = 0;
    }
    const last = piece.lastIndexOf(LF);
    open = last < at ? open + piece.length - at : piece.length - last - 1;
  }
  return true;
}
