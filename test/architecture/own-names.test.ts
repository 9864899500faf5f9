// `name in record` is true for `constructor` and `toString`, whatever the record holds: a name that a stranger chose is looked for with Object.hasOwn.
import { expect, test } from 'vitest';
import { codeFiles, readSource, withoutComments } from './source-files.ts';

/** Text, templates and patterns hold words, not code. */
function withoutLiterals(source: string): string {
  let code = withoutComments(source);
  // From the inside: what is put into a template may be one itself.
  for (let before = ''; before !== code; ) {
    before = code;
    code = code.replace(/\$\{(?:[^{}`]|\{[^{}`]*\})*\}/g, '').replace(/`(?:\\.|[^`\\$]|\$(?!\{))*`/g, "''");
  }
  return code
    .replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''")
    .replace(/(?<=[=(,:[!&|?{};\n]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g, '//');
}

/** `x in y`, where x is no word of the programmer's own: loops and mapped types have an `in` of another kind. */
function namesLookedFor(source: string): string[] {
  const code = withoutLiterals(source)
    .replace(/\bfor (await )?\((const|let|var) \w+ in\b/g, '')
    .replace(/\[\w+ in\b/g, '');
  return [...code.matchAll(/[\w$)\]]\s+in\s+[\w$({[]/g)].map(({ index }) => {
    const line = code.slice(0, index).split('\n').length;
    return `${line}: ${code.split('\n')[line - 1]?.trim()}`;
  });
}

test('nobody asks with `in` whether a record has a name that came from elsewhere', () => {
  // In the markup of a component, `in` is a word.
  const files = codeFiles().filter((path) => path.endsWith('.ts') || path.endsWith('.mjs'));
  const found = files.flatMap((path) => namesLookedFor(readSource(path)).map((where) => `${path}:${where}`));
  expect(found.map((where) => `${where} … : Object.hasOwn(record, name) says what it has, \`in\` what every object has too.`)).toEqual([]);
});

test('a name in a variable is found, and what is no such question is not', () => {
  expect(namesLookedFor('if (tag in fields) return;\nconst a = key.name in (row ?? {});')).toHaveLength(2);
  const fine =
    "if ('code' in error) x();\nfor (const key in row) y(key);\ntype A = { [K in keyof B]: C };\n// a in b\nconst s = 'a in b', t = `a in b`, r = /a in b/;";
  expect(namesLookedFor(fine)).toEqual([]);
});
