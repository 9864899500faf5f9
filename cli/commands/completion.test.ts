import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runProgram } from '../program.ts';
import { recordingOutput } from '../terminal/recording-output.fixture.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-completion-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function script(shell: string): Promise<string> {
  const output = recordingOutput();
  expect(await runProgram(['completion', shell], output, {})).toBe(0);
  return output.stdout;
}

it('completes commands, nested commands and options in bash', async () => {
  const path = join(folder, 'muster.bash');
  writeFileSync(path, await script('bash'));
  const complete = (...words: string[]): string =>
    execFileSync(
      'bash',
      ['-c', `source ${path}; COMP_WORDS=(muster ${words.join(' ')}); COMP_CWORD=${words.length}; _muster; echo "\${COMPREPLY[@]}"`],
      {
        encoding: 'utf8',
      },
    ).trim();
  expect(complete('ver')).toBe('verify');
  expect(complete('token', 'cr')).toBe('create');
  expect(complete('token', 'create', '--sco')).toBe('--scope');
  expect(complete('query', '--home', '/tmp', '--max')).toBe('--max-rows');
});

it('writes a script for each shell, and refuses another', async () => {
  expect(await script('zsh')).toMatch(/^#compdef muster\n/);
  expect(await script('fish')).toContain(
    `complete -c muster -n '__fish_seen_subcommand_from token; and not __fish_seen_subcommand_from create list revoke' -f -a create`,
  );
  const output = recordingOutput();
  expect(await runProgram(['completion', 'csh'], output, {})).toBe(2);
  expect(output.stderr).toContain('Allowed choices are bash, zsh, fish');
});
