import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generate } from '../../proto/generate.ts';
import { REFERENCE_FOLDER, referencePages } from '../reference/reference.ts';
import { ROOT } from './source-files.ts';

test('proto/gen is what proto/muster/v1 generates', () => {
  const stale = [...generate()].filter(([path, text]) => readFileSync(join(ROOT, 'proto', path), 'utf8') !== text);
  expect(stale.map(([path]) => `proto/${path} is not what the .proto files say: run npm run proto and commit it.`)).toEqual([]);
});

test('docs/reference is what the declarations say', async () => {
  const pages = await referencePages();
  const stale = [...pages].filter(([name, text]) => {
    const path = join(REFERENCE_FOLDER, name);
    return !existsSync(path) || readFileSync(path, 'utf8') !== text;
  });
  expect(stale.map(([name]) => `docs/reference/${name} is not what the declarations say: run npm run reference and commit it.`)).toEqual(
    [],
  );
  const strangers = readdirSync(REFERENCE_FOLDER).filter((name) => !pages.has(name));
  expect(strangers.map((name) => `docs/reference/${name} is written by nothing: move it out of the folder of what is generated.`)).toEqual(
    [],
  );
});
