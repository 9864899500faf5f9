import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { countBoot } from './boots.ts';

test('a boot is counted once, whatever the agent does meanwhile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-boots-'));
  const boot = (id: string): void => {
    mkdirSync(join(folder, 'proc/sys/kernel/random'), { recursive: true });
    writeFileSync(join(folder, 'proc/sys/kernel/random/boot_id'), `${id}\n`);
  };
  try {
    expect(countBoot(folder, join(folder, 'proc'))).toBeUndefined();
    boot('a');
    expect([countBoot(folder, join(folder, 'proc')), countBoot(folder, join(folder, 'proc'))]).toEqual([1, 1]);
    boot('b');
    expect(countBoot(folder, join(folder, 'proc'))).toBe(2);
    expect(countBoot('/no/such/folder', join(folder, 'proc'))).toBeUndefined();
    writeFileSync(join(folder, 'boots'), 'rubbish');
    expect(countBoot(folder, join(folder, 'proc'))).toBe(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
