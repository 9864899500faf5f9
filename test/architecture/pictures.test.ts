// Pictures are made by `npm run screens`; the tree keeps the few that the documents show, so that a clone stays small.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allFiles, ROOT } from './source-files.ts';

const FOLDER = 'docs/pictures';
const MOST = 6;
const MOST_BYTES = 100_000;
const PICTURE = /\.(png|jpe?g|gif|webp|avif|bmp|tiff?)$/i;

const kept = readdirSync(join(ROOT, FOLDER));

function documents(): string[] {
  const below = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((path) => `docs/${path.replaceAll('\\', '/')}`);
  return [...readdirSync(ROOT), ...below];
}

test(`no picture lies outside ${FOLDER}`, () => {
  const pictures = [...allFiles(), ...documents()].filter((path) => PICTURE.test(path) && !path.startsWith(`${FOLDER}/`));
  expect(pictures.map((path) => `${path}: npm run screens makes pictures in test-results/screens; leave it out of the tree.`)).toEqual([]);
});

test(`${FOLDER} has at most ${MOST} pictures of at most ${MOST_BYTES / 1000} kB`, () => {
  expect(kept.filter((name) => !PICTURE.test(name)).map((name) => `${FOLDER}/${name} is no picture.`)).toEqual([]);
  expect(kept.length, `${FOLDER} has ${kept.join(', ')}: keep ${MOST}.`).toBeLessThanOrEqual(MOST);
  const sizes = kept.map((name) => [name, statSync(join(ROOT, FOLDER, name)).size] as const);
  const large = sizes.filter(([, bytes]) => bytes > MOST_BYTES);
  expect(large.map(([name, bytes]) => `${FOLDER}/${name} has ${bytes} bytes: reduce its colours.`)).toEqual([]);
});
