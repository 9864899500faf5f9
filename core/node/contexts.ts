// The contexts file: the gateways an operator works with, in one file for console and CLI. Reads, checks and changes it; comments stay.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Document, isMap, isSeq, type Node } from 'yaml';
import { z } from 'zod';
import { CONTEXT_COLOURS, type ContextView } from '../common/context-view.ts';
import { MusterError } from '../common/muster-error.ts';
import { nearestWords, parseYaml } from './config.ts';
import { makeFolderDurably, writeDurably } from './durable-file.ts';

const MAX_CONTEXTS = 100;

const CONTEXT = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,39}$/, 'a name has 1 to 40 of a-z, 0-9, dot, dash and underscore, and begins with none of those three'),
  gateway: z.string().regex(/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'expected host:port, as gateway.example:7443'),
  caFile: z.string().min(1),
  tokenFile: z.string().min(1),
  colour: z.enum(CONTEXT_COLOURS).optional(),
  tags: z.array(z.string().min(1).max(40)).max(10).default([]),
  readOnly: z.boolean().default(false),
});

const FILE = z.strictObject({
  current: z.string().optional(),
  contexts: z.array(CONTEXT).max(MAX_CONTEXTS).default([]),
});

/** A context with the files that open it. They stay in the process that reads them. */
export interface Context extends ContextView {
  caFile: string;
  tokenFile: string;
}

/** As a person adds one. */
export type NewContext = z.input<typeof CONTEXT>;

export interface Contexts {
  /** Name of the one in use; undefined where none was chosen. */
  current: string | undefined;
  all: readonly Context[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `$XDG_CONFIG_HOME/muster/contexts.yaml`, else below ~/.config. */
export function contextsFile(env: Environment): string {
  return join(env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config'), 'muster', 'contexts.yaml');
}

/** None where there is no file. Throws `invalid_config` with file and line of what is wrong. */
export function readContexts(path: string): Contexts {
  return toContexts(path, textOf(path));
}

/** The one of that name. Throws `not_found` that names those there are. */
export function contextNamed(path: string, name: string): Context {
  const { all } = readContexts(path);
  const found = all.find((context) => context.name === name);
  if (found !== undefined) return found;
  const words =
    all.length === 0
      ? 'there is none yet; add it with muster context add'
      : nearestWords(
          name,
          all.map((context) => context.name),
        );
  throw new MusterError('not_found', `there is no context ${name} in ${path}: ${words}`);
}

/** Adds one at the end. Throws `already_exists`, or `invalid_config` for a value that is not acceptable. */
export function addContext(path: string, context: NewContext): void {
  if (readContexts(path).all.some(({ name }) => name === context.name)) {
    throw new MusterError(
      'already_exists',
      `there is a context ${context.name} in ${path} already: remove it first with muster context remove ${context.name}`,
    );
  }
  change(path, (document) => document.addIn(['contexts'], document.createNode(context)));
}

/** Forgets it; the files it names stay. */
export function removeContext(path: string, name: string): void {
  contextNamed(path, name);
  const { current, all } = readContexts(path);
  change(path, (document) => {
    document.deleteIn(['contexts', all.findIndex((context) => context.name === name)]);
    if (current === name) document.deleteIn(['current']);
  });
}

/** Which one counts where none is named; undefined for none. */
export function useContext(path: string, name: string | undefined): void {
  if (name !== undefined) contextNamed(path, name);
  change(path, (document) => (name === undefined ? document.deleteIn(['current']) : document.setIn(['current'], name)));
}

/** What may be shown of it. */
export function toContextView({ name, gateway, colour, tags, readOnly }: Context): ContextView {
  return { name, gateway, colour, tags, readOnly };
}

function change(path: string, edit: (document: Document) => void): void {
  const { document } = parseYaml(path, textOf(path));
  if (document.contents === null) document.contents = document.createNode({ contexts: [] }) as never;
  edit(document);
  const text = document.toString();
  // What would not be read again is not written.
  toContexts(path, text);
  try {
    makeFolderDurably(dirname(path));
    writeDurably(path, text);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new MusterError('invalid_config', `contexts file ${path} cannot be written (${code}): make its folder writable`, error);
  }
}

/** Empty where there is no file. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return '';
    throw new MusterError('invalid_config', `contexts file ${path} cannot be read (${code})`, error);
  }
}

function toContexts(path: string, text: string): Contexts {
  const { document, lineOf } = parseYaml(path, text);
  if (document.contents === null) return { current: undefined, all: [] };
  const refuse = (at: readonly PropertyKey[], words: string): never => {
    throw new MusterError('invalid_config', `${path}:${lineOf(offsetOf(document, at))}: ${words}`);
  };
  const read = FILE.safeParse(document.toJS());
  if (!read.success) {
    const { issues } = read.error;
    const issue = (issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]) as z.core.$ZodIssue;
    if (issue.code === 'unrecognized_keys') {
      const unknown = issue.keys[0]!;
      const known = Object.keys(issue.path.length === 0 ? FILE.shape : CONTEXT.shape);
      return refuse([...issue.path, unknown], `unknown key '${unknown}': ${nearestWords(unknown, known)}`);
    }
    const missing = issue.code === 'invalid_type' && issue.message.endsWith('undefined');
    return refuse(issue.path, `${issue.path.map(String).join('.') || 'the file'}: ${missing ? 'it is missing' : issue.message}`);
  }
  const { current, contexts } = read.data;
  const names = contexts.map(({ name }) => name);
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice >= 0) refuse(['contexts', twice, 'name'], `a second context ${names[twice]}: names must differ`);
  if (current !== undefined && !names.includes(current))
    refuse(['current'], `current is ${current}, and there is no such context: ${nearestWords(current, names)}`);
  const folder = dirname(path);
  return {
    current,
    all: contexts.map((context) => ({
      ...context,
      // Production stands out without being told.
      colour: context.colour ?? (context.readOnly ? 'plum' : 'teal'),
      caFile: pathOf(folder, context.caFile),
      tokenFile: pathOf(folder, context.tokenFile),
    })),
  };
}

/** `~/` is the home folder; what is not absolute is beside the contexts file. */
function pathOf(folder: string, path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(folder, path);
}

/** Where the value of that path stands, or of the nearest one above it. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = document.contents;
  for (const step of path) {
    let next: unknown;
    if (isMap(node)) next = node.items.find(({ key }) => (key as { value?: unknown } | null)?.value === step);
    else if (isSeq(node)) next = node.items[step as number];
    if (next === undefined || next === null) break;
    const pair = next as { key?: Node; value?: Node | null };
    const within = pair.key === undefined ? (next as Node) : (pair.value ?? pair.key);
    // A pair's key tells its line also where the value is missing.
    node = step === path.at(-1) && pair.key !== undefined ? pair.key : within;
  }
  return (node as Node | null)?.range?.[0];
}
