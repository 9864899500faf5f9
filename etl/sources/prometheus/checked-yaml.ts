// Holds a YAML text against a schema, and says what is wrong with the line it stands in.
import { isMap, isNode, isScalar, type Node } from 'yaml';
import type { ZodType, z } from 'zod';
import { MusterError, toMusterError } from '../../../core/common/muster-error.ts';
import { nearestWords, parseYaml } from '../../../core/node/config.ts';

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;
type Document = ReturnType<typeof parseYaml>['document'];

/** Keys that may stand at a place, for the nearest of them. */
export type KnownKeys = (path: Path) => readonly string[];

/** What the schema makes of the text. Throws `invalid_config` with one sentence: file, line, key, value, what is allowed. */
export function readCheckedYaml<T extends ZodType>(schema: T, known: KnownKeys, path: string, text: string): z.output<T> {
  const { document, lineOf } = parseYaml(path, text);
  if (!isMap(document.contents)) throw new MusterError('invalid_config', `${path}:1: expected settings as 'key: value' lines`);
  const values = toValues(document, path);
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const { issues } = result.error;
  // A mistyped key is why another is missing.
  const mistyped = issues.filter(({ code }) => code === 'unrecognized_keys');
  const found = (mistyped.length > 0 ? mistyped : issues).map((issue) => {
    const { place, words } = describe(issue, values, known);
    return { line: lineOf(offsetOf(document, place)), words };
  });
  // The first as one reads; of several at one place the first that the schema tells.
  const first = found.reduce((a, b) => (b.line < a.line ? b : a));
  throw new MusterError('invalid_config', `${path}:${first.line}: ${first.words}`);
}

function toValues(document: Document, path: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new MusterError('invalid_config', `${path}:1: ${toMusterError(error).message}`, error);
  }
}

function describe(issue: Issue, values: unknown, known: KnownKeys): { place: Path; words: string } {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const at = issue.path.length === 0 ? '' : ` in ${toWords(issue.path)}`;
    return { place: [...issue.path, key], words: `unknown key '${key}'${at}: ${nearestWords(key, known(issue.path))}` };
  }
  const { value, place } = valueAt(values, issue.path);
  const name = toWords(place);
  if (value === undefined) return { place, words: `${name} is missing: ${issue.message}` };
  // An address may hold a password by mistake: it must not reach a log.
  const shown = (JSON.stringify(value) ?? '').replace(/\/\/[^/@\s"]*@/g, '//***@');
  return { place, words: `${name} is ${shown.length > 200 ? `${shown.slice(0, 200)}…` : shown}: ${issue.message}` };
}

/** The value there; of a short form such as `up` for `{ready: up}` the whole of it. */
function valueAt(values: unknown, path: Path): { value: unknown; place: Path } {
  let value = values;
  for (const [depth, key] of path.entries()) {
    if (typeof value === 'string') return { value, place: path.slice(0, depth) };
    value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  }
  return { value, place: path };
}

/** [`queries`, 1, `step`] → `queries[1].step`. */
function toWords(path: Path): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`)).join('');
}

/** Where the place begins in the text: the key of a map, the entry of a list, or what comes nearest around it. */
function offsetOf(document: Document, path: Path): number | undefined {
  const within = document.getIn(path.slice(0, -1), true);
  const key = path.at(-1);
  if (isMap(within)) {
    const pair = within.items.find(({ key: name }) => isScalar(name) && String(name.value) === String(key));
    if (pair !== undefined) return (pair.key as Node).range?.[0];
  }
  for (let depth = path.length; depth >= 0; depth--) {
    const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (isNode(node)) return node.range?.[0];
  }
  return undefined;
}
