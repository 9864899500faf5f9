import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generate } from '../../proto/generate.ts';
import { ROOT } from './source-files.ts';

test('proto/gen is what proto/muster/v1 generates', () => {
  const stale = [...generate()].filter(([path, text]) => readFileSync(join(ROOT, 'proto', path), 'utf8') !== text);
  expect(stale.map(([path]) => `proto/${path} is not what the .proto files say: run npm run proto and commit it.`)).toEqual([]);
});
