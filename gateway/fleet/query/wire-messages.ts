// The database's side of the PostgreSQL protocol, taken apart with every length checked: what a message says of itself is believed only as far
// as the message goes. pg's own parser is not used for answers: it reads a field past its message out of memory that was never written.
import { MusterError } from '../../../core/common/muster-error.ts';

/** One column as RowDescription tells it. */
export interface WireColumn {
  name: string;
  dataTypeID: number;
}

/** What the server says when it refuses or ends a statement. */
export class ServerRefusal extends Error {
  readonly severity: string;
  readonly code: string | undefined;
  /** From 1. */
  readonly position: string | undefined;

  constructor(fields: ReadonlyMap<string, string>) {
    super(fields.get('M') ?? 'no reason given');
    this.name = 'ServerRefusal';
    this.severity = fields.get('S') ?? 'ERROR';
    this.code = fields.get('C');
    this.position = fields.get('P');
  }
}

/** Of the type byte and the length, which counts itself. */
const HEADER_BYTES = 5;
const LENGTH_BYTES = 4;
/** Far above QuestDB's send buffer, which a row has to fit into. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** Of a field of RowDescription after its name. */
const FIELD_BYTES = 18;
const TYPE_OFFSET = 6;
const BINARY = 17;

/** Puts the chunks of a connection together to messages. */
export class MessageSplitter {
  readonly #take: (type: number, body: Buffer) => void;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Of the message that is not whole yet, with its header; 0 while that is not known. */
  #wanted = 0;

  constructor(take: (type: number, body: Buffer) => void) {
    this.#take = take;
  }

  /** Gives out every message that is whole. Throws `internal` for a length that cannot be one. */
  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < Math.max(this.#wanted, HEADER_BYTES)) return;
    const data = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#bytes);
    let at = 0;
    this.#wanted = 0;
    while (data.length - at >= HEADER_BYTES) {
      const length = data.readInt32BE(at + 1);
      if (length < LENGTH_BYTES || length > MAX_MESSAGE_BYTES) throw broken(`a message of ${length} bytes`);
      if (data.length - at < length + 1) {
        this.#wanted = length + 1;
        break;
      }
      const type = data[at]!;
      const body = data.subarray(at + HEADER_BYTES, at + 1 + length);
      at += length + 1;
      this.#take(type, body);
    }
    this.#chunks = at === data.length ? [] : [data.subarray(at)];
    this.#bytes = data.length - at;
  }
}

/** Throws `internal` where the message ends before or after its last column. */
export function parseRowDescription(body: Buffer): WireColumn[] {
  const count = body.length < 2 ? -1 : body.readInt16BE(0);
  if (count < 0) throw broken('a description without a number of columns');
  const columns: WireColumn[] = [];
  let at = 2;
  while (columns.length < count) {
    const end = body.indexOf(0, at);
    if (end < 0 || end + 1 + FIELD_BYTES > body.length) throw broken(`a description that ends in column ${columns.length + 1} of ${count}`);
    columns.push({ name: body.toString('utf8', at, end), dataTypeID: body.readUInt32BE(end + 1 + TYPE_OFFSET) });
    at = end + 1 + FIELD_BYTES;
  }
  if (at !== body.length) throw broken(`a description with ${body.length - at} bytes after its last column`);
  return columns;
}

/** The values as the server writes them; bytes as PostgreSQL writes them, `\x` and hexadecimal. Throws `internal` unless the message holds exactly these. */
export function parseDataRow(body: Buffer, columns: readonly WireColumn[]): (string | null)[] {
  const count = body.length < 2 ? -1 : body.readInt16BE(0);
  if (count !== columns.length) throw broken(`a row of ${count} values for ${columns.length} columns`);
  const values = new Array<string | null>(count);
  let at = 2;
  for (let i = 0; i < count; i++) {
    if (at + 4 > body.length) throw broken(`a row that ends before its value ${i + 1} of ${count}, column ${nameOf(columns[i])}`);
    const length = body.readInt32BE(at);
    at += 4;
    if (length === -1) {
      values[i] = null;
      continue;
    }
    const end = at + length;
    if (length < 0 || end > body.length)
      throw broken(`a value of ${length} bytes where its row has ${body.length - at}, column ${nameOf(columns[i])}`);
    values[i] = (columns[i] as WireColumn).dataTypeID === BINARY ? `\\x${body.toString('hex', at, end)}` : body.toString('utf8', at, end);
    at = end;
  }
  if (at !== body.length) throw broken(`a row with ${body.length - at} bytes after its last value`);
  return values;
}

/** Throws `internal` where the message is not one. */
export function parseRefusal(body: Buffer): ServerRefusal {
  const fields = new Map<string, string>();
  for (let at = 0; body[at] !== 0; ) {
    const end = body.indexOf(0, at + 1);
    if (end < 0) throw broken('an error that is not ended');
    fields.set(String.fromCharCode(body[at] as number), body.toString('utf8', at + 1, end));
    at = end + 1;
  }
  return new ServerRefusal(fields);
}

function nameOf(column: WireColumn | undefined): string {
  return JSON.stringify((column?.name ?? '').slice(0, 80));
}

function broken(what: string): MusterError {
  return new MusterError(
    'internal',
    `the database sent ${what}: its connection was closed. Leave columns out to find the one it cannot send`,
  );
}
