import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AgentPrograms } from './agent-programs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-programs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, text: string, second = 1): void => {
  writeFileSync(join(folder, name), text);
  utimesSync(join(folder, name), second, second);
};
const sum = (text: string): string => createHash('sha256').update(text).digest('hex');

test('gives the newest executable for each target, and the one file', async () => {
  put('muster-agent-0.1.0-linux-x64', 'old', 1);
  put('muster-agent-0.2.0-linux-x64', 'new', 2);
  put('muster-agent-0.1.0-linux-arm64', 'arm');
  put('muster-agent_0.1.0_amd64.deb', 'no');
  put('agent.mjs', 'bundle');
  const programs = await new AgentPrograms({ folder, bundle: join(folder, 'agent.mjs') }).list();
  expect(programs.map(({ target, sha256 }) => [target, sha256])).toEqual([
    ['linux-arm64', sum('arm')],
    ['linux-x64', sum('new')],
    ['node', sum('bundle')],
  ]);
});

test('a file that was built anew has another sum, and one that is gone is not given', async () => {
  put('muster-agent-0.1.0-linux-x64', 'one');
  const programs = new AgentPrograms({ folder, bundle: join(folder, 'absent.mjs') });
  expect((await programs.list())[0]?.sha256).toBe(sum('one'));
  put('muster-agent-0.1.0-linux-x64', 'two', 3);
  expect((await programs.list())[0]?.sha256).toBe(sum('two'));
  rmSync(join(folder, 'muster-agent-0.1.0-linux-x64'));
  expect(await programs.list()).toEqual([]);
  expect(await new AgentPrograms({ folder: '', bundle: '' }).list()).toEqual([]);
});
