import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram, runProgram } from './program.ts';
import { recordingOutput } from './terminal/recording-output.fixture.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'muster-program-'));
});
afterAll(() => rmSync(home, { recursive: true }));

async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const output = recordingOutput();
  const code = await runProgram(argv, output, {});
  return { code, stdout: output.stdout, stderr: output.stderr };
}

describe('wrong usage gets exit code 2 and one line', () => {
  it.each([
    [['qery'], "muster: unknown command 'qery' (Did you mean query?)\n"],
    [['up', '--prot', '3'], "muster: unknown option '--prot' (Did you mean --port?)\n"],
    [['up', '--port', '70000'], "muster: option '--port <port>' argument '70000' is invalid. Expected a whole number from 1 to 65535.\n"],
    [['query'], "muster: missing required argument 'sql'\n"],
    [['query', 'select 1', '--json', '--csv'], 'muster: --json and --csv exclude each other: give one of them\n'],
    [['verify', '--wait', '6m'], /Expected a time from 0s to 5m\.\n$/],
    [['token', 'create', '--scope', 'root'], /Expected one of read, write, push, admin\.\n$/],
  ])('%j', async (argv, stderr) => {
    const result = await run(...argv);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    if (typeof stderr === 'string') expect(result.stderr).toBe(stderr);
    else expect(result.stderr).toMatch(stderr);
  });
});

it('says what to do where nothing runs', async () => {
  const missing = await run('nodes', '--home', home);
  expect(missing.code).toBe(69);
  expect(missing.stderr).toBe(
    `muster: there is no Muster in ${home}: start one with muster up, name its folder with --home, or give --gateway, --ca-file and --token-file\n`,
  );
  expect(await run('status', '--home', home, '--json')).toMatchObject({ code: 69, stdout: '' });
  for (const command of ['nodes', 'status'])
    expect(await run(command, '--home', join(home, 'nowhere'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no such folder'),
    });
});

it('names the file that cannot be read', async () => {
  const result = await run('verify', '--gateway', '127.0.0.1:1', '--ca-file', '/nowhere/ca.crt', '--token-file', '/nowhere/token');
  expect(result).toEqual({
    code: 2,
    stdout: '',
    stderr: "muster: the fleet's CA cannot be read from /nowhere/ca.crt (ENOENT): name another file with --ca-file\n",
  });
});

it('describes every command, with examples where it takes more than a flag', () => {
  const program = createProgram({ output: recordingOutput(), env: {}, setExitCode: () => {} });
  for (const command of program.commands) expect(command.description(), command.name()).not.toBe('');
  expect(program.commands.map((command) => command.name()).sort()).toEqual([
    'agent',
    'audit',
    'completion',
    'config',
    'console',
    'context',
    'dead-letters',
    'doctor',
    'down',
    'etl',
    'export',
    'import',
    'nodes',
    'pipeline',
    'prepare',
    'query',
    'retention',
    'run',
    'series',
    'simulate',
    'smoke',
    'status',
    'tail',
    'token',
    'top',
    'up',
    'verify',
  ]);
});

it('names defaults as one would type them, and groups its commands', async () => {
  const program = createProgram({ output: recordingOutput(), env: {}, setExitCode: () => {} });
  const all = [program, ...program.commands.flatMap((command) => [command, ...command.commands])];
  for (const command of all) {
    const help = command.helpInformation();
    expect(help, command.name()).not.toMatch(/default: (""|null|\{|\[|undefined)|\(default[^)]*\) \(default/);
  }
  expect(program.helpInformation()).toMatch(/Run:\n {2}up .*Look:\n {2}nodes /s);
  expect(program.commands.find((command) => command.name() === 'series')?.helpInformation()).toContain('(default: 1h)');
});

it('takes durations alike, with a unit or in seconds', async () => {
  for (const [command, option] of [
    ['verify', '--wait'],
    ['query', '--timeout'],
    ['simulate', '--duration'],
    ['simulate', '--interval'],
    ['tail', '--interval'],
    ['top', '--interval'],
  ] as const) {
    const args = command === 'query' ? ['select 1'] : [];
    for (const value of ['5', '5s', '5000ms']) {
      const { stderr } = await run(command, ...args, option, command === 'top' && value === '5' ? '5000' : value, '--home', home);
      expect(stderr, `${command} ${option} ${value}`).toContain('there is no Muster in');
    }
    expect((await run(command, ...args, option, 'soon')).code, `${command} ${option} soon`).toBe(2);
  }
});
