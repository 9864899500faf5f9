// What a program reads when it starts is written by core/node/durable-file.ts alone: a plain write is empty after a power cut.
import { expect, test } from 'vitest';
import { codeFiles, readSource, withoutComments } from './source-files.ts';

const PROGRAMS = /^(agent|cli|console\/(main|backend|host|web)|core\/node|etl|gateway)\//;

/** Writes of node:fs that bypass it, and moves that leave a new name only in memory. */
const PLAIN = /^(writeFile|appendFile|copyFile|rename)(Sync)?$|^(createWriteStream|cp|cpSync)$/;

/** Who may, and why nothing that is read at a start hangs on it. */
const ALLOWED: Readonly<Record<string, string>> = {
  'core/node/durable-file.ts': 'it is the one',
  'core/node/process-lock.ts': 'the number beside the lock is only for a sentence',
  'cli/process/priority.ts': 'writes to /proc',
  'cli/supervise/log-rotation.ts': 'logs: nothing reads them at a start',
  'core/node/open-browser.ts': 'a page for one browser, gone in a minute',
  'cli/smoke/door-checks.ts': 'a file of the check itself, removed when it ends',
  'cli/import/rejects.ts': 'refused rows, for a person',
  'cli/commands/dead-letters.ts': 'dead letters, for a person',
  'agent/tasks/spool-tasks.ts': 'an export of the spool, for a person',
  'gateway/ingest/upload-form.ts': 'an upload that a crash cuts off is sent again',
};

const files = codeFiles().filter((path) => PROGRAMS.test(path) && !/\.test\.tsx?$/.test(path));

/** What it imports of node:fs by these names, or all of node:fs at once. */
function plainIn(path: string): string[] {
  const text = withoutComments(readSource(path));
  return [...text.matchAll(/import\s+(?!type\b)([^;'"]*?)\s+from\s+['"](?:node:)?fs(?:\/promises)?['"]/g)].flatMap(([, clause = '']) =>
    clause.startsWith('{')
      ? clause
          .replace(/[{}]/g, '')
          .split(',')
          .map((name) =>
            name
              .trim()
              .replace(/^type .*/, '')
              .replace(/ as .*/, ''),
          )
          .filter((name) => PLAIN.test(name))
      : [clause],
  );
}

test('no program writes or renames a file past core/node/durable-file.ts', () => {
  const problems = files
    .filter((path) => !Object.hasOwn(ALLOWED, path))
    .flatMap((path) =>
      plainIn(path).map(
        (what) => `${path} uses ${what}: take core/node/durable-file.ts, or give a reason in test/architecture/durable-files.test.ts.`,
      ),
    );
  expect(problems).toEqual([]);
});

test('each exception is still one', () => {
  const idle = Object.keys(ALLOWED).filter((path) => !files.includes(path) || plainIn(path).length === 0);
  expect(idle.map((path) => `${path} writes nothing plainly any more: take it from the list.`)).toEqual([]);
});
