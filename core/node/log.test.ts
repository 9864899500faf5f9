import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { expect, it } from 'vitest';

const SCRIPT = `
  import { createLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)};
  const log = createLog('test', 'info');
  for (let i = 0; i < 100; i++) log.info({ text: 'x'.repeat(100_000) }, 'a line');
  setTimeout(() => {
    log.error('one more');
    process.stdout.write(process.memoryUsage().rss < 300e6 ? 'alive' : 'grown');
  }, 20);`;

it.runIf(process.platform === 'linux')('lives on where the log is on a full disk', () => {
  const full = openSync('/dev/full', 'w');
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', SCRIPT], { stdio: ['ignore', 'pipe', full] });
  closeSync(full);
  expect([stdout.toString(), status]).toEqual(['alive', 0]);
});
