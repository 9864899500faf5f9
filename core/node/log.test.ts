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

it('lives on where the log takes no more, as on a full disk', () => {
  const refusing = openSync(new URL(import.meta.url), 'r');
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', SCRIPT], {
    stdio: ['ignore', 'pipe', refusing],
  });
  closeSync(refusing);
  expect([stdout.toString(), status]).toEqual(['alive', 0]);
});
