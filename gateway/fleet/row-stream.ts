// One query over the PostgreSQL protocol, row by row, without pg's own collecting of rows. QuestDB has no portals that can be resumed
// (measured: an Execute after a suspended one is "spurious"), so what holds it back is the socket: not read, it waits.
import type { Readable } from 'node:stream';
import type pg from 'pg';

/** One column as RowDescription tells it. */
export interface WireColumn {
  name: string;
  dataTypeID: number;
}

export interface RowSink {
  columns(columns: readonly WireColumn[]): void;
  /** Values as the server writes them. */
  row(values: readonly (string | null)[]): void;
  end(): void;
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

/** Give it to `client.query`. The extended protocol takes one statement only, whatever the guard let through. */
export class RowStream {
  readonly #sql: string;
  readonly #sink: RowSink;
  #connection: WireConnection | undefined;

  constructor(sql: string, sink: RowSink) {
    this.#sql = sql;
    this.#sink = sink;
  }

  /** Stops reading from the server; rows already received still come. */
  pause(): void {
    this.#connection?.stream.pause();
  }

  resume(): void {
    this.#connection?.stream.resume();
  }

  // From here on the names are those that pg's client calls.

  submit(connection: pg.Connection): void {
    const wire = connection as unknown as WireConnection;
    this.#connection = wire;
    wire.stream.cork();
    wire.parse({ text: this.#sql, name: '', types: [] });
    wire.bind({ portal: '', statement: '', values: [] });
    wire.describe({ type: 'P', name: '' });
    wire.execute({ portal: '', rows: 0 });
    wire.sync();
    wire.stream.uncork();
  }

  handleRowDescription(message: { fields: WireColumn[] }): void {
    this.#sink.columns(message.fields);
  }

  handleDataRow(message: { fields: (string | null)[] }): void {
    this.#sink.row(message.fields);
  }

  handleCommandComplete(): void {
    // The end is told when the connection is ready for another query.
  }

  handleEmptyQuery(): void {
    this.#sink.columns([]);
  }

  handlePortalSuspended(): void {
    // Never asked for.
  }

  handleError(error: Error): void {
    this.#sink.error(error);
  }

  handleReadyForQuery(): void {
    this.#sink.end();
  }
}
