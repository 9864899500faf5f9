import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { configFileOf, OwnFileWatch } from './own-file.ts';

test.each([
  [['--config', '/etc/a.yaml'], {}, '/etc/a.yaml'],
  [['--name=x', '--config=/etc/a.yaml', '--config=/etc/b.yaml'], { MUSTER_AGENT_CONFIG: '/etc/c.yaml' }, '/etc/b.yaml'],
  [['--name=x'], { MUSTER_AGENT_CONFIG: '/etc/c.yaml' }, '/etc/c.yaml'],
  [[], {}, undefined],
])('%j with %j names the file %s', (argv, env, path) => {
  expect(configFileOf(argv, env)).toBe(path);
});

test('a file that is written or replaced is told of once it has settled, another file of the folder is not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-own-file-'));
  const path = join(folder, 'agent.yaml');
  writeFileSync(path, 'interval: 1s\n');
  const told = vi.fn();
  const watch = new OwnFileWatch(path, told);
  await watch.start();
  try {
    writeFileSync(join(folder, 'other.yaml'), 'x');
    writeFileSync(`${path}.new`, 'interval: 2s\n');
    renameSync(`${path}.new`, path);
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1), 20_000);
    writeFileSync(path, 'interval: 30s\n');
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(2), 20_000);
  } finally {
    await watch.stop();
    rmSync(folder, { recursive: true });
  }
});
