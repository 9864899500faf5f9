// Our own files and what they import, for the tests of the architecture.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
const ROOMS = ['agent', 'cli', 'console', 'core', 'deploy', 'etl', 'gateway', 'proto', 'test'];

/** An import as it stands: `specifier` as written, `target` our own file it names (from the root, with slashes). */
export interface Import {
  readonly specifier: string;
  readonly target: string | undefined;
  /** `import type`: gone at run time. */
  readonly typeOnly: boolean;
}

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    // Not ours: what a package folder below a room has installed.
    if (entry.name === 'node_modules' || entry.name === '.cache') continue;
    if (entry.isDirectory()) yield* walk(path);
    else yield relative(ROOT, path).split(sep).join('/');
  }
}

/** Every file of the rooms, from the root, with slashes. */
export function allFiles(): string[] {
  return ROOMS.flatMap((room) => [...walk(join(ROOT, room))]).sort();
}

/** Those that hold code: TypeScript, and the set-up's plain modules. */
export function codeFiles(): string[] {
  return allFiles().filter((path) => /\.(tsx?|mjs|mts|js)$/.test(path));
}

export function readSource(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Comments out, line breaks and literals in: an import in a comment is none. */
export function withoutComments(source: string): string {
  return source.replace(
    /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|\/\*[\s\S]*?\*\/|(?<=^|[\s;{}(),])\/\/[^\n]*/g,
    (text, literal) => literal ?? text.replace(/[^\n]/g, ''),
  );
}

/** What a template literal holds is text for somebody else: code that is generated, a source for a test. */
function withoutTemplates(text: string): string {
  return text.replace(/('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|`(?:\\.|[^`\\])*`/g, (_, literal) => literal ?? '``');
}

/** The imports of a source text; `path` is where it stands, to which relative ones refer. */
export function parseImports(path: string, source: string): Import[] {
  const text = withoutTemplates(withoutComments(source));
  const statements = text.matchAll(/(?:^|[\n;])\s*(?:import|export)\s+(type\s+)?(?:[\w*{][^'";]*?\sfrom\s+)?(['"])([^'"\n]+)\2/g);
  const calls = text.matchAll(/\bimport\(\s*(['"])([^'"\n]+)\1/g);
  return [
    ...[...statements].map(([, type, , specifier]) => toImport(path, specifier as string, type !== undefined)),
    ...[...calls].map(([, , specifier]) => toImport(path, specifier as string, false)),
  ];
}

function toImport(path: string, specifier: string, typeOnly: boolean): Import {
  const target = specifier.startsWith('.') ? posix.normalize(posix.join(dirname(path), specifier)) : undefined;
  return { specifier, target, typeOnly };
}

export function importsOf(path: string): Import[] {
  return parseImports(path, readSource(path));
}

export function isThere(path: string): boolean {
  return existsSync(join(ROOT, path));
}

/** All of our files that run when `entry` runs: itself and what it imports, types aside. */
export function reachableFrom(entry: string, files: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  const open = [entry];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path) || !files.has(path)) continue;
    found.add(path);
    for (const { target, typeOnly } of importsOf(path)) if (target && !typeOnly) open.push(target);
  }
  return found;
}

/** Groups of files that import each other in a circle, types and all, each sorted; empty where every import goes one way. */
export function circlesOf(files: readonly string[], importsIn: (path: string) => readonly string[]): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (path: string): void => {
    order.set(path, order.size);
    let low = order.get(path) as number;
    open.push(path);
    for (const target of importsIn(path)) {
      if (!order.has(target)) visit(target);
      if (open.includes(target)) low = Math.min(low, lowest.get(target) ?? (order.get(target) as number));
    }
    lowest.set(path, low);
    if (low !== order.get(path)) return;
    const group = open.splice(open.indexOf(path));
    if (group.length > 1) circles.push(group.sort());
  };
  for (const path of files) if (!order.has(path)) visit(path);
  return circles;
}
