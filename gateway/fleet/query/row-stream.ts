// One query over the PostgreSQL protocol, row by row, without pg's own collecting of rows and without its parser. QuestDB has no portals that can
// be resumed (measured: an Execute after a suspended one is "spurious"), so what holds it back is the socket: not read, it waits.
import type { Readable } from 'node:stream';
import type pg from 'pg';
import { MusterError } from '../../../core/common/muster-error.ts';
import { MessageSplitter, parseDataRow, parseRefusal, parseRowDescription, type WireColumn } from './wire-messages.ts';

export interface RowSink {
  columns(columns: readonly WireColumn[]): void;
  /** Values as the server writes them. */
  row(values: readonly (string | null)[]): void;
  end(): void;
  /** Nothing comes after it; the connection may be of no further use. */
  error(error: Error): void;
}

/** The messages of the extended protocol that pg's connection can send; its types leave them out. */
interface WireConnection {
  stream: Readable & { cork(): void; uncork(): void };
  parse(message: { text: string; name: string; types: [] }): void;
  bind(message: { portal: string; statement: string; values: [] }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: { portal: string; rows: number }): void;
  sync(): void;
}

type DataListener = (chunk: Buffer) => void;

const ROW_DESCRIPTION = 0x54;
const DATA_ROW = 0x44;
const ERROR_RESPONSE = 0x45;
const EMPTY_QUERY = 0x49;
const READY_FOR_QUERY = 0x5a;
/** What QuestDB announces for a column whose values it does not send: a table function as a column, LONG128. */
const UNSENT_TYPE = 0;

/** Give it to `client.query`. The extended protocol takes one statement only, whatever the guard let through. */
export class RowStream {
  readonly #sql: string;
  readonly #sink: RowSink;
  readonly #splitter = new MessageSplitter((type, body) => this.#message(type, body));
  #stream: WireConnection['stream'] | undefined;
  /** pg's own, which get nothing but what ends the query. */
  #listeners: DataListener[] = [];
  #columns: readonly WireColumn[] = [];
  #refusal: Error | undefined;
  #failed = false;

  constructor(sql: string, sink: RowSink) {
    this.#sql = sql;
    this.#sink = sink;
  }

  /** Sent, and not answered to the end. */
  get running(): boolean {
    return this.#stream !== undefined;
  }

  /** Stops reading from the server; rows already received still come. */
  pause(): void {
    this.#stream?.pause();
  }

  resume(): void {
    this.#stream?.resume();
  }

  // From here on the names are those that pg's client calls.

  submit(connection: pg.Connection): void {
    const wire = connection as unknown as WireConnection;
    const { stream } = wire;
    this.#stream = stream;
    this.#listeners = stream.listeners('data') as DataListener[];
    stream.on('data', this.#onData);
    for (const listener of this.#listeners) stream.off('data', listener);
    stream.cork();
    wire.parse({ text: this.#sql, name: '', types: [] });
    wire.bind({ portal: '', statement: '', values: [] });
    wire.describe({ type: 'P', name: '' });
    wire.execute({ portal: '', rows: 0 });
    wire.sync();
    stream.uncork();
  }

  /** The connection was lost, or could not take the query. */
  handleError(error: Error): void {
    this.#fail(error);
  }

  handleReadyForQuery(): void {
    if (this.#refusal !== undefined) this.#fail(this.#refusal);
    else if (!this.#failed) this.#sink.end();
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#stream?.destroyed) return;
    try {
      this.#splitter.add(chunk);
    } catch (error) {
      // What comes next cannot be told from what was left of this message.
      this.#fail(error as Error);
      this.#stream?.destroy();
    }
  };

  #message(type: number, body: Buffer): void {
    if (type === READY_FOR_QUERY) this.#giveBack(body);
    else if (this.#failed) return;
    else if (type === DATA_ROW) this.#sink.row(parseDataRow(body, this.#columns));
    else if (type === ROW_DESCRIPTION) this.#describe(parseRowDescription(body));
    else if (type === EMPTY_QUERY) this.#sink.columns([]);
    // It is told once the server is ready again, which it says right after.
    else if (type === ERROR_RESPONSE) this.#refusal = parseRefusal(body);
    // The others say that a step was done, or what a setting is.
  }

  #describe(columns: readonly WireColumn[]): void {
    const unsent = columns.find(({ dataTypeID }) => dataTypeID === UNSENT_TYPE);
    if (unsent !== undefined) {
      const name = JSON.stringify(unsent.name.slice(0, 80));
      const words = `the column ${name} has a type whose values the database does not send: leave it out, or cast it; a table function belongs after FROM`;
      throw new MusterError('invalid_argument', words);
    }
    this.#columns = columns;
    this.#sink.columns(columns);
  }

  #fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#sink.error(error);
  }

  /** The connection is pg's again, and told that it is ready for another query. */
  #giveBack(body: Buffer): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    this.#stream = undefined;
    for (const listener of this.#listeners) stream.on('data', listener);
    stream.off('data', this.#onData);
    const ready = Buffer.concat([Buffer.from([READY_FOR_QUERY, 0, 0, 0, 4 + body.length]), body]);
    // It may have been held back in the middle of its last rows.
    stream.resume();
    for (const listener of this.#listeners) listener(ready);
  }
}
