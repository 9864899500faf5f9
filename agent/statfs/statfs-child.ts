// The child's side of the questions for file systems: each takes a thread of this process alone, and as long as it likes.
import { type StatsFs, statfs } from 'node:fs';

/** Newer than the type's declaration. */
type Stats = StatsFs & { frsize?: number };

/** What is told of a file system, in this order. */
export const STATS_FIELDS = ['bsize', 'frsize', 'blocks', 'bfree', 'bavail', 'files', 'ffree'] as const;

/** Reads lines `[id, path as Latin-1]` and answers `[id, numbers]` or `[id, code, words]`; first says `[0]`. Ends with its stdin. */
export function answerStatfs(): Promise<number> {
  let rest = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) {
      const [id, path] = JSON.parse(line) as [number, string];
      statfs(Buffer.from(path, 'latin1'), (error, stats: Stats) => {
        if (error !== null) say([id, error.code ?? 'UNKNOWN', error.message.slice(0, 200)]);
        else say([id, STATS_FIELDS.map((field) => stats[field] ?? stats.bsize)]);
      });
    }
  });
  // An orderly exit would wait for the threads, which may wait for a server that is gone.
  process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL'));
  process.stdout.on('error', () => process.kill(process.pid, 'SIGKILL'));
  say([0]);
  return new Promise(() => undefined);
}

function say(line: unknown[]): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
