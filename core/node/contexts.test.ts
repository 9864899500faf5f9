import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addContext, contextNamed, contextsFile, readContexts, removeContext, toContextView, useContext } from './contexts.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-contexts-'));
  path = join(folder, 'muster', 'contexts.yaml');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const LAB = { name: 'lab', gateway: 'lab.example:7443', caFile: 'ca.crt', tokenFile: '~/lab.token' };

function wrong(text: string): string {
  const file = join(folder, 'wrong.yaml');
  writeFileSync(file, text);
  try {
    readContexts(file);
  } catch (error) {
    return (error as Error).message.replace(folder, '');
  }
  return '';
}

test('the file is where the system keeps settings', () => {
  expect(contextsFile({ XDG_CONFIG_HOME: '/etc/me' })).toBe('/etc/me/muster/contexts.yaml');
  expect(contextsFile({ HOME: '/home/me' })).toBe('/home/me/.config/muster/contexts.yaml');
});

test('added, chosen, removed; comments stay; only its owner reads it', () => {
  expect(readContexts(path)).toEqual({ current: undefined, all: [] });
  addContext(path, LAB);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  writeFileSync(path, `# mine\n${readFileSync(path, 'utf8')}`);
  addContext(path, { ...LAB, name: 'prod', readOnly: true, tags: ['production'] });
  useContext(path, 'prod');
  const { current, all } = readContexts(path);
  expect(current).toBe('prod');
  expect(all.map(({ name, colour }) => [name, colour])).toEqual([
    ['lab', 'teal'],
    ['prod', 'plum'],
  ]);
  expect(all[0]).toMatchObject({ caFile: join(folder, 'muster', 'ca.crt'), tokenFile: join(homedir(), 'lab.token') });
  expect(() => addContext(path, LAB)).toThrow(/there is a context lab in .* already: remove it first/);
  removeContext(path, 'prod');
  expect(readContexts(path)).toMatchObject({ current: undefined, all: [{ name: 'lab' }] });
  expect(readFileSync(path, 'utf8')).toContain('# mine');
  expect(() => contextNamed(path, 'lap')).toThrow(/there is no context lap in .*: did you mean lab\?/);
});

test('a value that would not be read again is not written', () => {
  addContext(path, LAB);
  const before = readFileSync(path, 'utf8');
  expect(() => addContext(path, { ...LAB, name: 'x', gateway: 'https://x' })).toThrow(/contexts.1.gateway: expected host:port/);
  expect(readFileSync(path, 'utf8')).toBe(before);
});

test('what may be shown holds no path', () => {
  addContext(path, LAB);
  expect(toContextView(contextNamed(path, 'lab'))).toEqual({
    name: 'lab',
    gateway: 'lab.example:7443',
    colour: 'teal',
    tags: [],
    readOnly: false,
  });
});

test.each([
  ['contexts:\n  - name: lab\n    gatway: a:1\n', "/wrong.yaml:3: unknown key 'gatway': did you mean gateway?"],
  ['contxts: []\n', "/wrong.yaml:1: unknown key 'contxts': did you mean contexts?"],
  [
    'contexts:\n  - name: lab\n    gateway: nowhere\n    caFile: a\n    tokenFile: b\n',
    '/wrong.yaml:3: contexts.0.gateway: expected host:port',
  ],
  ['current: prod\ncontexts: []\n', '/wrong.yaml:1: current is prod, and there is no such context'],
  ['contexts:\n\t- name: lab\n', '/wrong.yaml:2: a tab is used for indentation'],
  [
    'contexts:\n  - { name: a, gateway: "a:1", caFile: a, tokenFile: b }\n  - { name: a, gateway: "a:1", caFile: a, tokenFile: b }\n',
    '/wrong.yaml:3: a second context a: names must differ',
  ],
])('%j is refused with its line', (text, words) => {
  expect(wrong(text)).toContain(words);
});
