import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pageBytes } from '../collectors/page-size.ts';
import type { RunContext } from './host-command.ts';
import { createProcessList } from './process-list.ts';

test('command lines without their secrets, memory in the pages of this machine', async () => {
  const proc = mkdtempSync(join(tmpdir(), 'muster-proc-'));
  try {
    mkdirSync(join(proc, '77'));
    writeFileSync(join(proc, '77/stat'), '77 (app) S 1 77 77 0 -1 0 0 0 0 0 500 500 0 0 20 0 3 0 100 1000000 5120 0 0 0 0 0 0 0 0\n');
    writeFileSync(join(proc, '77/cmdline'), 'app\0--dsn=postgres://app:hunter2@db/x\0--password\0hunter2\0');
    writeFileSync(join(proc, 'mounts'), 'proc /proc proc rw,hidepid=2 0 0\n');
    let said = '';
    const write = async (text: string | Uint8Array): Promise<boolean> => {
      said += String(text);
      return true;
    };
    const context = { signal: new AbortController().signal, write } as unknown as RunContext;
    await createProcessList(proc).run({ sort: 'pid', limit: 10 }, context);
    expect(said).toContain('app --dsn=postgres://app:***@db/x --password ***');
    expect(said).not.toContain('hunter2');
    expect(said).toContain('these are not all: /proc is mounted with hidepid=2');
    expect(said).toMatch(new RegExp(` ${(5120 * pageBytes()) / 1024 ** 2} +3 +app`));
  } finally {
    rmSync(proc, { recursive: true });
  }
});
