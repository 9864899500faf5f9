// What a program reads when it starts is written by core/node/durable-file.ts alone: a plain write is empty after a power cut.
import { expect, test } from 'vitest';
import { codeFiles, readSource, withoutComments } from './source-files.ts';

const PROGRAMS = /^(agent|cli|console\/(main|backend|host|web)|core\/node|etl|gateway)\//;

/** Writes that bypass it, and moves that leave a new name only in memory. */
const PLAIN: Record<string, RegExp> = {
  'writeFile or writeFileSync': /\b(writeFile|writeFileSync)\(/,
  'appendFile or appendFileSync': /\bappendFile(Sync)?\(/,
  'copyFile or copyFileSync': /\bcopyFile(Sync)?\(/,
  'rename or renameSync': /\brename(Sync)?\(/,
  createWriteStream: /\bcreateWriteStream\(/,
};

/** Who may, and why nothing that is read at a start hangs on it. */
const ALLOWED: Readonly<Record<string, string>> = {
  'core/node/durable-file.ts': 'it is the one',
  'core/node/process-lock.ts': 'the number beside the lock is only for a sentence',
  'cli/process/priority.ts': 'writes to /proc',
  'cli/supervise/log-rotation.ts': 'logs: nothing reads them at a start',
  'cli/smoke/door-checks.ts': 'a file of the check itself, removed when it ends',
  'cli/export/export-target.ts': 'bytes of an export; synced before it gets its name',
  'console/backend/saved-file.ts': 'bytes of an export; synced before it gets its name',
  'cli/commands/import.ts': 'refused rows, for a person',
  'cli/commands/dead-letters.ts': 'dead letters, for a person',
  'agent/local/spool-tasks.ts': 'an export of the spool, for a person',
  'gateway/ingest/import-routes.ts': 'an upload that a crash cuts off is sent again',
};

const files = codeFiles().filter((path) => PROGRAMS.test(path) && !/\.test\.tsx?$/.test(path));

function plainIn(path: string): string[] {
  const text = withoutComments(readSource(path));
  return Object.entries(PLAIN).flatMap(([what, pattern]) => (pattern.test(text) ? [what] : []));
}

test('no program writes or renames a file past core/node/durable-file.ts', () => {
  const problems = files
    .filter((path) => !(path in ALLOWED))
    .flatMap((path) =>
      plainIn(path).map((what) => `${path} uses ${what}: take core/node/durable-file.ts, or give a reason in ${'durable-files.test.ts'}.`),
    );
  expect(problems).toEqual([]);
});

test('each exception is still one', () => {
  const idle = Object.keys(ALLOWED).filter((path) => !files.includes(path) || plainIn(path).length === 0);
  expect(idle.map((path) => `${path} writes nothing plainly any more: take it from the list.`)).toEqual([]);
});
