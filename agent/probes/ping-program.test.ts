// A staged `ping`: what it prints and how it ends is the test's. That the real one is parsed right is on literals in ping-tracker.test.ts.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { PingProgram, type PingProgramOptions } from './ping-program.ts';
import type { ProbeOutcome } from './probe-spec.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-ping-'));
afterAll(() => rmSync(folder, { recursive: true }));

const running: PingProgram[] = [];
afterEach(() => {
  for (const program of running.splice(0)) program.stop();
});

let count = 0;
function staged(script: string): string {
  const path = join(folder, `ping-${count++}`);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

function run(options: Partial<PingProgramOptions>) {
  const outcomes: ProbeOutcome[] = [];
  const unusable: string[] = [];
  const program = new PingProgram({
    host: '192.0.2.1',
    intervalMs: 1000,
    timeoutMs: 500,
    resolve: (name) => name,
    onOutcome: (outcome) => outcomes.push(outcome),
    onUnusable: (reason) => unusable.push(reason),
    ...options,
  });
  running.push(program);
  program.start(0);
  return { program, outcomes, unusable };
}

test('replies become outcomes, holes become losses; the program is bounded and ends with the probe', async () => {
  const path = join(folder, 'arguments');
  const command = staged(`echo "$$ $*" > ${path}
echo 'PING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.'
echo '64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=10.5 ms'
echo '64 bytes from 192.0.2.1: icmp_seq=3 ttl=64 time=12 ms'
exec sleep 60`);
  const { program, outcomes } = run({ command });
  await vi.waitFor(() => expect(outcomes).toHaveLength(3), 20_000);
  expect(outcomes.map(({ latencyMs, error }) => error || latencyMs)).toEqual([10.5, 'timed_out', 12]);
  const [pid = '', ...words] = readFileSync(path, 'utf8').trim().split(' ');
  expect(words.join(' ')).toBe('-n -i 1 -c 600 -W 1 -w 602 192.0.2.1');
  program.stop();
  await vi.waitFor(() => expect(() => process.kill(Number(pid), 0)).toThrow(), 20_000);
});

test('no such program, or one that may not send, is unusable; said once', async () => {
  const { unusable } = run({ command: join(folder, 'none') });
  await vi.waitFor(() => expect(unusable).toEqual([expect.stringContaining('cannot be run (ENOENT)')]), 20_000);
  const forbidden = run({ command: staged("echo 'ping: socket: Operation not permitted' >&2; exit 2") });
  await vi.waitFor(
    () => expect(forbidden.unusable).toEqual([expect.stringContaining('may not send: ping: socket: Operation not permitted')]),
    20_000,
  );
  expect(forbidden.outcomes).toEqual([]);
});

test('a network that cannot be reached is a loss, not the end of the probe', async () => {
  const { outcomes, unusable } = run({ command: staged("echo 'ping: connect: Network is unreachable' >&2; exit 2") });
  await vi.waitFor(() => expect(outcomes.map(({ error, answered }) => [error, answered])).toEqual([['unreachable', false]]), 20_000);
  expect(unusable).toEqual([]);
});

test('where there is no way to the first address of a name the next is asked at once', async () => {
  const command = staged(`for last; do :; done
[ "$last" = ::1 ] && { echo 'ping: connect: Network is unreachable' >&2; exit 2; }
echo '64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=10.5 ms'
exec sleep 60`);
  const { outcomes } = run({ command, resolve: () => ['::1', '192.0.2.1'] });
  await vi.waitFor(() => expect(outcomes.map(({ latencyMs }) => latencyMs)).toEqual([10.5]), 20_000);
});

test('a name that is not found is a loss', async () => {
  const resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
  const { outcomes } = run({ resolve, command: staged('exit 0') });
  await vi.waitFor(() => expect(outcomes.map(({ error, answered }) => [error, answered])).toEqual([['name_not_found', false]]), 20_000);
});
