import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CollectorSet } from '../sampling/collector-set.ts';
import { createCollectors } from './catalog.ts';
import { ProcessVisibility, parseHidepid } from './hidden-processes.ts';
import { ProcessTable } from './process-table.ts';

let proc: string;

beforeEach(() => {
  proc = join(mkdtempSync(join(tmpdir(), 'muster-hidden-')), 'proc');
  mkdirSync(proc);
});
afterEach(() => rmSync(dirname(proc), { recursive: true }));

function lay(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(proc, name)), { recursive: true });
    writeFileSync(join(proc, name), text);
  }
}

const statLine = (pid: number, state = 'S'): string =>
  `${pid} (w) ${state} 1 1 1 0 -1 0 0 0 0 0 5 5 0 0 20 0 1 0 100 1000000 100 0 0 0 0 0 0 0 0\n`;

/** One look of the collectors that count and rank processes. */
async function look(): Promise<{ values: Record<string, number>; said: string[] }> {
  lay({
    loadavg: '0.1 0.1 0.1 1/900 500\n',
    stat: 'intr 1\nctxt 1\nprocesses 5\nprocs_running 2\nprocs_blocked 0\n',
    meminfo: 'MemTotal: 1000000 kB\nMemFree: 1 kB\n',
  });
  const said: string[] = [];
  const note = (name: string, words: string): void => {
    said.push(`${name}: ${words}`);
  };
  const quiet = (): void => undefined;
  const set = new CollectorSet(
    createCollectors(
      (name) => name === 'processes' || name === 'process',
      { proc, sys: '' },
      () => ({}) as never,
      'linux',
    ),
    { unavailable: note, absent: note, available: quiet, incomplete: note, capped: quiet },
  );
  await set.run({ timeUs: 1e15, monotonicMs: 1000 });
  const frame = set.take().find(({ measurement }) => measurement === 'processes');
  set.close();
  return { values: Object.fromEntries((frame?.fields ?? []).map((field, at) => [field, frame?.values[at] as number])), said };
}

test.each([
  ['proc /proc proc rw,nosuid,hidepid=2 0 0', { word: '2', gid: undefined }],
  ['proc /proc proc rw,hidepid=invisible,gid=27 0 0', { word: 'invisible', gid: '27' }],
  ['proc /proc proc rw,hidepid=0 0 0', undefined],
  ['proc /proc proc rw,hidepid=off 0 0', undefined],
  ['proc /proc proc rw,relatime 0 0', undefined],
  // Another mount of it hides nothing here.
  ['proc /proc proc rw 0 0\nproc /srv/jail/proc proc rw,hidepid=2 0 0', undefined],
  ['proc /proc proc rw,hidepid=2 0 0\nproc /host/proc proc rw 0 0', undefined, '/host/proc'],
  ['proc /proc proc rw 0 0\nproc /host/proc proc rw,hidepid=4 0 0', { word: '4', gid: undefined }, '/host/proc'],
  ['proc /proc proc rw,hidepid=2 0 0\nproc /proc proc rw 0 0', undefined],
])('%j', (mounts, expected, at = '/proc') => {
  expect(parseHidepid(mounts, at)).toEqual(expected);
});

test.each([
  ['without rights', 'CapEff:\t0000000000000000\nGroups:\t100\n', 'existence'],
  ['with the capability', 'CapEff:\t0000000000080000\n', undefined],
  ['with the group of the mount', 'CapEff:\t0\nGroups:\t4 27\n', undefined],
  ['with that group as its own', 'Gid:\t27\t27\t27\t27\nCapEff:\t0\n', undefined],
])('an agent %s', (_, status, even) => {
  lay({ mounts: 'proc /proc proc rw,hidepid=invisible,gid=27 0 0\n', 'self/status': status, '1/stat': statLine(1) });
  expect(new ProcessVisibility({ proc, sys: '' }).hidden(0)?.even).toBe(even);
});

test('a capability of a user namespace does not show the host’s processes', () => {
  lay({ mounts: 'proc /proc proc rw,hidepid=2 0 0\n', 'self/status': 'CapEff:\t000001ffffffffff\n' });
  expect(new ProcessVisibility({ proc, sys: '' }).hidden(0)?.even).toBe('existence');
});

test('hidden processes are absent and told, not counted as nought', async () => {
  lay({ mounts: 'proc /proc proc rw,hidepid=2 0 0\n', '4242/stat': statLine(4242) });
  const { values, said } = await look();
  expect(values).toMatchObject({ total: Number.NaN, sleeping: Number.NaN, zombies: Number.NaN, running: 2, threads: 900 });
  expect(said).toEqual([
    expect.stringMatching(/^process: only 1 processes are ranked: .*hidepid=2.*CAP_SYS_PTRACE/),
    expect.stringMatching(/^processes: processes by state are not known: .*hidepid=2/),
  ]);
});

test('where all are looked at, all are counted, by state too', { timeout: 30_000 }, async () => {
  for (let pid = 1; pid <= 700; pid++) lay({ [`${pid}/stat`]: statLine(pid, pid % 7 === 0 ? 'Z' : 'S') });
  const { values, said } = await look();
  expect(values).toMatchObject({ total: 700, sleeping: 600, zombies: 100 });
  expect(said).toEqual([]);
});

test('beyond the cap the number is right, the states are absent, and the ranking says of how many it is', async () => {
  for (let pid = 1; pid <= 300; pid++) lay({ [`${pid}/stat`]: statLine(pid) });
  const list = await new ProcessTable({ proc, sys: '' }, 250).latest({ timeUs: 0, monotonicMs: 0 }, 0);
  expect(list).toMatchObject({ total: 300, partial: 'more than 250 processes: 50 were not looked at' });
  expect(list.entries).toHaveLength(250);
});
