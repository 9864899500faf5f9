// Loads a process's configuration from one declaration: flags, then environment, then a YAML file, then defaults.
import { readFileSync } from 'node:fs';
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { ZodType, z } from 'zod';
import { maskText } from '../common/mask-text.ts';
import { MusterError } from '../common/muster-error.ts';
import { nearest } from '../common/nearest.ts';

/** Characters of a value in an error. */
const MAX_SHOWN = 200;

/** One setting: its type with default and range (zod), its unit and help, and whether it is a secret. */
export interface Setting<T extends ZodType = ZodType> {
  readonly type: T;
  readonly help: string;
  readonly unit?: string;
  readonly secret?: true;
}

/** The declaration of a process: dotless camelCase keys, so that a key is also a flag and a variable. */
export type Declaration = Readonly<Record<string, Setting>>;

export type Config<D extends Declaration> = { readonly [K in keyof D]: z.output<D[K]['type']> };

export interface Sources {
  /** Command line without program and script. */
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** Stands over all others; maps are joined key by key. */
  over?: SettingValues;
}

/** `dataDir` → `--data-dir`. */
export function toFlag(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** (`gateway`, `dataDir`) → `MUSTER_GATEWAY_DATA_DIR`. */
export function toVariable(part: string, key: string): string {
  return `MUSTER_${part}_${key.replace(/[A-Z]/g, (letter) => `_${letter}`)}`.toUpperCase();
}

/**
 * The configuration of `part`. Throws `invalid_config` with one sentence that names the source, the key, the value it had and what
 * is allowed.
 */
export function loadConfig<D extends Declaration>(part: string, declaration: D, sources: Sources): Config<D> {
  const flags = parseFlags(declaration, sources.argv);
  const path = flags.get('config')?.value ?? sources.env[toVariable(part, 'config')];
  const values =
    path === undefined ? new Map<string, Found>() : parseConfigFile(declaration, path as string, readConfigFile(path as string));
  for (const key of Object.keys(declaration)) {
    const variable = toVariable(part, key);
    const text = sources.env[variable];
    if (text !== undefined) values.set(key, { value: fromText(text), where: variable });
  }
  for (const [key, found] of flags) values.set(key, found);
  for (const [key, found] of sources.over ?? []) values.set(key, joinMaps(values.get(key), found));
  return compile(declaration, values);
}

/** Throws `invalid_config` for the first value that its setting does not take. */
export function checkSettings(declaration: Declaration, values: SettingValues): void {
  compile(declaration, values);
}

/** Values as found, by key. */
export type SettingValues = ReadonlyMap<string, Found>;

interface Found {
  value: unknown;
  /** For the sentence of an error: `--port`, `MUSTER_GATEWAY_PORT`, `agent.yaml:3`. */
  where: string;
}

function joinMaps(below: Found | undefined, over: Found): Found {
  const value = below?.value instanceof Ambiguous ? below.value.read : below?.value;
  return isMapping(value) && isMapping(over.value) ? { ...over, value: { ...value, ...over.value } } : over;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without the secrets of addresses in it; a list of hundreds would hide the sentence that follows it. */
function toShown(value: unknown): string {
  const whole = JSON.stringify(value);
  const text = whole === undefined ? whole : maskText(whole);
  return text !== undefined && text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function compile<D extends Declaration>(declaration: D, values: ReadonlyMap<string, Found>): Config<D> {
  const config: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(declaration)) {
    const found = values.get(key);
    const result = parseSetting(setting.type, found?.value);
    if (!result.success) {
      const issue = result.error.issues[0];
      if (found === undefined) throw new MusterError('invalid_config', `${key} is missing: set ${toFlag(key)} (${setting.help})`);
      const shown = setting.secret ? '***' : toShown(found.value);
      throw new MusterError('invalid_config', `${found.where}: ${key} is ${shown}: ${issue?.message ?? 'not acceptable'}`);
    }
    config[key] = result.data;
  }
  return config as Config<D>;
}

/** Text that looks like a number may be meant as text (`--name 5`): the type decides. */
function parseSetting(type: ZodType, value: unknown): z.ZodSafeParseResult<unknown> {
  const result = type.safeParse(value instanceof Ambiguous ? value.read : value);
  if (result.success || !(value instanceof Ambiguous)) return result;
  const asText = type.safeParse(value.text);
  return asText.success ? asText : result;
}

/** A flag's or a variable's text beside what it reads as. */
class Ambiguous {
  readonly read: unknown;
  readonly text: string;

  constructor(read: unknown, text: string) {
    this.read = read;
    this.text = text;
  }

  toJSON(): unknown {
    return this.read;
  }
}

function parseFlags(declaration: Declaration, argv: readonly string[]): Map<string, Found> {
  const byFlag = new Map(Object.keys(declaration).map((key) => [toFlag(key), key]));
  byFlag.set('--config', 'config');
  const flags = new Map<string, Found>();
  for (let i = 0; i < argv.length; i++) {
    const [flag = '', inline] = splitOnce(argv[i] as string);
    const key = byFlag.get(flag);
    if (key === undefined) throw new MusterError('invalid_config', `${flag} is not an option: ${nearestWords(flag, [...byFlag.keys()])}`);
    const value = inline ?? argv[++i];
    if (value === undefined) throw new MusterError('invalid_config', `${flag} needs a value`);
    flags.set(key, { value: key === 'config' ? value : fromText(value), where: flag });
  }
  return flags;
}

function splitOnce(argument: string): [string, string?] {
  const at = argument.indexOf('=');
  return at < 0 ? [argument] : [argument.slice(0, at), argument.slice(at + 1)];
}

/** What to say of a word that is none of the valid ones. */
export function nearestWords(word: string, valid: readonly string[]): string {
  const best = nearest(word, valid);
  return best === undefined ? `valid are ${valid.join(', ')}` : `did you mean ${best}?`;
}

/** Flags and variables are text: numbers, booleans and JSON lists or objects are read as such. */
function fromText(text: string): unknown {
  if (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) || text === 'true' || text === 'false' || /^[[{]/.test(text)) {
    try {
      return new Ambiguous(JSON.parse(text), text);
    } catch {
      return text;
    }
  }
  return text;
}

/** Throws `invalid_config` where there is nothing to read. */
export function readConfigFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder, not a file' : `cannot be read (${code})`;
    throw new MusterError('invalid_config', `configuration file ${path} ${why}: name another with --config`, error);
  }
  if (text.trim() === '')
    throw new MusterError('invalid_config', `configuration file ${path} is empty: leave --config away to use the defaults`);
  return text;
}

/** A YAML document with the line of each place in it. Throws `invalid_config` with the line of the first error; BOM and CRLF are fine. */
export function parseYaml(path: string, text: string): { document: Document.Parsed; lineOf: (offset: number | undefined) => number } {
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\uFEFF/, ''), { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const lineOf = (offset: number | undefined): number => lines.linePos(offset ?? 0).line;
  const error = document.errors[0];
  if (error === undefined) return { document, lineOf };
  const words = error.code === 'TAB_AS_INDENT' ? 'a tab is used for indentation: use spaces' : error.message;
  throw new MusterError('invalid_config', `${path}:${lineOf(error.pos[0])}: ${words}`);
}

/**
 * The values of a YAML file, with the line of each. Unknown and duplicate keys and tabs are errors; BOM and CRLF are fine. `explain` may
 * know more of a key that the declaration does not have.
 */
export function parseConfigFile(
  declaration: Declaration,
  path: string,
  text: string,
  explain: (key: string) => string | undefined = () => undefined,
): Map<string, Found> {
  const { document, lineOf } = parseYaml(path, text);
  const values = new Map<string, Found>();
  if (document.contents === null) return values;
  if (!isMap(document.contents)) throw new MusterError('invalid_config', `${path}:1: expected settings as 'key: value' lines`);
  for (const pair of document.contents.items) {
    const node = pair.key;
    const key = isScalar(node) ? String(node.value) : '';
    const where = `${path}:${lineOf(isScalar(node) ? node.range?.[0] : 0)}`;
    if (!Object.hasOwn(declaration, key)) {
      const words = explain(key) ?? `unknown key '${key}': ${nearestWords(key, Object.keys(declaration))}`;
      throw new MusterError('invalid_config', `${where}: ${words}`);
    }
    values.set(key, { value: (pair.value as { toJSON(): unknown } | null)?.toJSON(), where });
  }
  return values;
}

/** A default as one types it, where it is read from a text: `10s`, not 10000. */
function typedDefault(type: z.ZodType): unknown {
  const { type: kind, defaultValue } = type.def as { type: string; defaultValue?: unknown };
  return kind === 'prefault' ? defaultValue : undefined;
}

/** Nothing for what is nothing: an empty text, list or map. */
function defaultWords(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(String).join(', ');
  if (typeof value === 'object') return Object.keys(value).length === 0 ? '' : JSON.stringify(value);
  return String(value);
}

/** A setting in words, for `--help` and the reference. */
export interface SettingWords {
  readonly key: string;
  readonly flag: string;
  readonly variable: string;
  /** Empty where it has none. */
  readonly unit: string;
  readonly help: string;
  /** As one types it; empty where there is none, or where it is a secret. */
  readonly fallback: string;
  /** Does the process refuse to start without it? */
  readonly needed: boolean;
  readonly secret: boolean;
}

export function settingWords(part: string, declaration: Declaration): SettingWords[] {
  return Object.entries(declaration).map(([key, { type, help, unit = '', secret = false }]) => {
    const fallback = type.safeParse(undefined);
    return {
      key,
      flag: toFlag(key),
      variable: toVariable(part, key),
      unit,
      help,
      fallback: fallback.success && !secret ? defaultWords(typedDefault(type) ?? fallback.data) : '',
      needed: !fallback.success,
      secret,
    };
  });
}

/** The lines of `--help`, one a setting. */
export function helpLines(part: string, declaration: Declaration): string[] {
  return settingWords(part, declaration).map(({ flag, variable, unit, help, fallback }) => {
    const [of, shown] = [unit === '' ? '' : ` [${unit}]`, fallback === '' ? '' : ` (default ${fallback})`];
    return `  ${flag}${of}  ${help}${shown}; ${variable}`;
  });
}
