// The real child: it is the text of a function, which must need nothing outside itself.
import { statfsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { StatfsPool } from './statfs-pool.ts';

test('a child answers as this process would, and says what it cannot ask', async () => {
  const pool = new StatfsPool();
  const own = statfsSync('/');
  await expect(pool.ask('root', '/')).resolves.toMatchObject({ blocks: own.blocks, bsize: own.bsize, files: own.files });
  await expect(pool.ask('none', '/no/such\nfolder \u00ff')).rejects.toMatchObject({ code: 'ENOENT' });
});
