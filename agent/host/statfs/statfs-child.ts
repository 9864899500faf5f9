// The child's side of the questions for file systems: each takes a thread of this process alone, and as long as it likes.

/**
 * Reads lines `[id, path as Latin-1]` and answers `[id, stats]` or `[id, code, words]`; first says `[0]`. Ends with its stdin. Uses nothing outside itself:
 * its text is what Node runs, since the whole program would take three times the memory.
 */
export function answerStatfs(): Promise<number> {
  const { statfs } = process.getBuiltinModule('node:fs');
  const say = (line: unknown[]): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
  // An orderly exit would wait for the threads, which may wait for a server that is gone.
  const end = (): boolean => process.kill(process.pid, 'SIGKILL');
  let rest = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) {
      const [id, path] = JSON.parse(line) as [number, string];
      statfs(Buffer.from(path, 'latin1'), (error, stats) => {
        if (error !== null) say([id, error.code ?? 'UNKNOWN', error.message.slice(0, 200)]);
        else say([id, stats]);
      });
    }
  });
  process.stdin.on('end', end);
  process.stdout.on('error', end);
  say([0]);
  return new Promise(() => undefined);
}
