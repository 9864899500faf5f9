// What the documents name is there: files, headings, npm scripts and commands of muster. Lines of prose are short.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../cli/program.ts';
import type { Output } from '../../cli/terminal/output.ts';
import { LAYERS } from './allowed-imports.ts';
import { ROOT } from './source-files.ts';

const MOST_CHARACTERS = 120;

function markdownIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return folder === '' ? [] : markdownIn(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

const pages = new Map([...markdownIn(''), ...markdownIn('docs')].map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));

/** Blocks of code out, line breaks in. */
function proseOf(text: string): string {
  return text.replace(/^( *)```[\s\S]*?^\1```$/gm, (block) => block.replace(/[^\n]/g, ''));
}

/** As the forge makes them of headings. */
function anchorsOf(text: string): Set<string> {
  const headings = proseOf(text).matchAll(/^#+ (.*)$/gm);
  const toAnchor = (heading: string): string =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-');
  return new Set([...headings].map(([, heading = '']) => toAnchor(heading.trim())));
}

test('links between documents lead to files and headings that are there', () => {
  const problems: string[] = [];
  for (const [path, text] of pages) {
    for (const [, address = ''] of proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(address)) continue;
      const [file = '', anchor] = address.split('#');
      const target = file === '' ? path : normalize(join(dirname(path), file));
      if (!existsSync(join(ROOT, target))) problems.push(`${path}: ${address} leads to no file.`);
      else if (anchor !== undefined && !anchorsOf(readFileSync(join(ROOT, target), 'utf8')).has(anchor))
        problems.push(`${path}: ${target} has no heading "${anchor}".`);
    }
  }
  expect(problems).toEqual([]);
});

test('every npm script that a document names is in package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const problems = [...pages].flatMap(([path, text]) =>
    [...text.matchAll(/npm run (?:--?[\w-]+ )*([a-z][\w:]*)/g)]
      .filter(([, script = '']) => !Object.hasOwn(scripts, script))
      .map(([words]) => `${path}: "${words}" is no script of package.json.`),
  );
  expect(problems).toEqual([]);
});

test('every command of muster that a document shows is there', () => {
  const program = createProgram({ output: {} as Output, env: {}, setExitCode: () => undefined });
  const shown = /(?:`|^\$ |^)(?:npm run (?:--?[\w-]+ )*)?muster(?: --)? ([a-z][\w-]*)(?: ([a-z][\w-]*))?/gm;
  const problems = [...pages]
    .filter(([path]) => !path.startsWith('docs/reference/'))
    .flatMap(([path, text]) => {
      const blocks = [...text.matchAll(/```(sh|console)\n([\s\S]*?)```/g)].map(([, kind, block = '']) =>
        kind === 'sh' ? block : (block.match(/^\$ .*$/gm) ?? []).join('\n'),
      );
      const spans = proseOf(text).match(/`muster [^`]+`/g) ?? [];
      return [...blocks, ...spans].flatMap((lines) =>
        [...lines.matchAll(shown)].flatMap(([, name, sub]) => problemOf(program, name, sub) ?? []).map((words) => `${path}: ${words}`),
      );
    });
  expect(problems).toEqual([]);
});

function problemOf(program: Command, name = '', sub?: string): string | undefined {
  const command = program.commands.find((child) => child.name() === name);
  if (command === undefined) return `there is no command "muster ${name}".`;
  // What a command without arguments of its own is followed by is one of its commands.
  if (sub === undefined || command.commands.length === 0 || command.registeredArguments.length > 0) return undefined;
  return command.commands.some((child) => child.name() === sub) ? undefined : `there is no command "muster ${name} ${sub}".`;
}

test(`no line of prose has more than ${MOST_CHARACTERS} characters`, () => {
  const problems = [...pages].flatMap(([path, text]) =>
    proseOf(text)
      .split('\n')
      .flatMap((line, index) =>
        [...line].length > MOST_CHARACTERS && !line.startsWith('|') ? [`${path}:${index + 1} has ${[...line].length} characters.`] : [],
      ),
  );
  expect(problems).toEqual([]);
});

test('docs/architecture.md has the table of allowed imports', () => {
  const section = (pages.get('docs/architecture.md') ?? '').split('## Allowed imports')[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const wanted = LAYERS.map(({ folder, mayImport }) => {
    const names = mayImport.map((rule) => (rule.startsWith('type:') ? `types of \`${rule.slice(5)}\`` : `\`${rule}\``));
    return `| \`${folder}\` | ${names.join(', ') || 'nothing of ours'} |`;
  });
  expect(rows.map((row) => row.replace(/ +/g, ' '))).toEqual(wanted);
});
