// Where commands write: plain when piped, colours only for people.

export interface Output {
  /** Text for stdout, without a line end. */
  line(text?: string): void;
  /** Text for stdout as it is. */
  write(text: string): Promise<void>;
  /** One JSON document. */
  json(value: unknown): void;
  /** A word to the person at the terminal, on stderr: never part of the result. */
  note(text: string): void;
  /** From now on a reader of stdout that goes away (`| head`) is no reason to end. */
  outliveReader(): void;
  /** True when stdout is a terminal. */
  readonly interactive: boolean;
  readonly paint: Paint;
  /** Columns of the terminal; 0 where there is none. */
  readonly columns: number;
  readonly rows: number;
}

/** Each wraps a text in a colour, or leaves it as it is where colours are off. */
export type Paint = Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'inverse', (text: string) => string>;

const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], inverse: [7, 27] } as const;

export function createPaint(colours: boolean): Paint {
  const wrap =
    ([on, off]: readonly [number, number]) =>
    (text: string): string =>
      colours ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return Object.fromEntries(Object.entries(CODES).map(([name, codes]) => [name, wrap(codes)])) as Paint;
}

export interface Streams {
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * A reader of stdout that has seen enough (`muster query … | head`) ends the process quietly, unless `outliveReader` was called.
 * Colours follow https://no-color.org: off when piped, when `NO_COLOR` is set and not empty, and on
 * a dumb terminal.
 */
export function createOutput({ stdout, stderr, env }: Streams): Output {
  const interactive = stdout.isTTY === true;
  let outlive = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!outlive) process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  return {
    line: (text = '') => void stdout.write(`${text}\n`),
    write: (text) => new Promise((resolve) => void (stdout.write(text) ? resolve() : stdout.once('drain', resolve))),
    json: (value) => void stdout.write(toJson(value)),
    note: (text) => void stderr.write(`${text}\n`),
    outliveReader: () => {
      outlive = true;
    },
    interactive,
    paint: createPaint(interactive && !env['NO_COLOR'] && env['TERM'] !== 'dumb'),
    get columns() {
      return stdout.columns ?? 0;
    },
    get rows() {
      return stdout.rows ?? 0;
    },
  };
}

/** A JSON document with its line end. NaN and the infinities become null, bytes base64, times ISO 8601; what only the codec needs is left out. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, plain, 2)}\n`;
}

/** A line of JSON, as `toJson` writes its values. */
export function toJsonLine(value: unknown): string {
  return `${JSON.stringify(value, plain)}\n`;
}

function plain(this: unknown, key: string, value: unknown): unknown {
  // That an optional field is set stands beside it, as its name under its name with an underscore before it. A column may be named so too.
  if (typeof value === 'string' && key === `_${value}` && Object.hasOwn(this as object, value)) return undefined;
  return timeAsText(bytesAsBase64(value));
}

/** A `google.protobuf.Timestamp`. */
function timeAsText(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { seconds, nanos, ...rest } = value as { seconds?: unknown; nanos?: unknown };
  if (seconds === undefined || typeof nanos !== 'number' || Object.keys(rest).length > 0) return value;
  const ms = Number(seconds) * 1000 + nanos / 1e6;
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return value;
  const micros = Math.floor(nanos / 1000) % 1000;
  const text = new Date(Math.floor(ms)).toISOString();
  return micros === 0 ? text : text.replace('Z', `${String(micros).padStart(3, '0')}Z`);
}

function bytesAsBase64(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  // A Buffer has turned itself into this before it gets here.
  const bytes = value as { type?: string; data?: number[] } | null;
  return bytes?.type === 'Buffer' && Array.isArray(bytes.data) ? Buffer.from(bytes.data).toString('base64') : value;
}
