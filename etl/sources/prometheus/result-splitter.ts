// Cuts the answer to a range query into its series as it comes, so that no more than one of them is in memory.
import { MusterError, toMusterError } from '../../../core/common/muster-error.ts';

/** What stands around the series. */
export interface AnswerEnvelope {
  status?: unknown;
  errorType?: unknown;
  error?: unknown;
  warnings?: unknown;
  data?: { resultType?: unknown };
}

const MAX_SERIES_BYTES = 4 * 1024 * 1024;
const MAX_ENVELOPE_BYTES = 256 * 1024;
/** Depth of the members of `data`, and of the entries of `result`. */
const IN_DATA = 2;
const IN_RESULT = 3;
const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP] = Array.from('"\\[]{}', (letter) => letter.charCodeAt(0));

export class ResultSplitter {
  /** All but the entries of `result`, and the entry that is under way. */
  #envelope: Buffer[] = [];
  #entry: Buffer[] = [];
  #entryBytes = 0;
  #envelopeBytes = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #inResult = false;

  /** The entries of `result` that end in this piece. Throws `malformed`. */
  *push(piece: Buffer): Generator<unknown> {
    let from = 0;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at];
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#inString = false;
      } else if (byte === QUOTE) {
        this.#inString = true;
      } else if (byte === OPEN_LIST || byte === OPEN_MAP) {
        if (this.#depth === IN_DATA && byte === OPEN_LIST) {
          this.#keep(piece.subarray(from, at + 1));
          from = at + 1;
          this.#inResult = /"result"\s*:\s*\[$/.test(this.#envelopeEnd());
        } else if (this.#inResult && this.#depth === IN_RESULT) {
          // Past the comma between entries.
          from = at;
        }
        this.#depth++;
      } else if (byte === CLOSE_LIST || byte === CLOSE_MAP) {
        this.#depth--;
        if (this.#inResult && this.#depth === IN_RESULT) {
          this.#keep(piece.subarray(from, at + 1));
          from = at + 1;
          yield this.#takeEntry();
        } else if (this.#inResult && this.#depth < IN_RESULT) {
          this.#inResult = false;
          this.#entry = [];
          from = at;
        }
      }
    }
    if (!this.#inResult || this.#depth > IN_RESULT) this.#keep(piece.subarray(from));
  }

  /** What stood around the entries. Throws `malformed` where the answer ended early or is no JSON. */
  end(): AnswerEnvelope {
    if (this.#depth !== 0 || this.#inString) throw new MusterError('malformed', 'the answer ends in the middle');
    return parse(Buffer.concat(this.#envelope)) as AnswerEnvelope;
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.#inResult) {
      this.#entryBytes += bytes.length;
      if (this.#entryBytes > MAX_SERIES_BYTES) throw new MusterError('malformed', `a series has more than ${MAX_SERIES_BYTES} bytes`);
      this.#entry.push(bytes);
    } else {
      this.#envelopeBytes += bytes.length;
      if (this.#envelopeBytes > MAX_ENVELOPE_BYTES)
        throw new MusterError('malformed', `the answer has more than ${MAX_ENVELOPE_BYTES} bytes around its series`);
      // A copy: a view would keep the whole piece.
      this.#envelope.push(Buffer.from(bytes));
    }
  }

  #takeEntry(): unknown {
    const [only] = this.#entry;
    const bytes = this.#entry.length === 1 && only !== undefined ? only : Buffer.concat(this.#entry);
    this.#entry = [];
    this.#entryBytes = 0;
    return parse(bytes);
  }

  #envelopeEnd(): string {
    // Pieces have at least one byte.
    return Buffer.concat(this.#envelope.slice(-32)).subarray(-32).toString('latin1');
  }
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new MusterError('malformed', `the answer is not JSON: ${toMusterError(error).message}`, error);
  }
}
