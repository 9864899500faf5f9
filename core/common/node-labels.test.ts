import { expect, test } from 'vitest';
import { labelProblem } from './node-labels.ts';

test.each([
  ['region', 'gh-accra'],
  ['rack_7', ''],
  ['latitude', '-90'],
  ['latitude', '5.6037'],
  ['longitude', '180'],
])('label %s=%s is taken', (name, value) => {
  expect(labelProblem(name, value)).toBeUndefined();
});

test.each([
  ['latitude', '91', 'label latitude is "91": degrees from -90 to 90 are needed'],
  ['longitude', '-180.1', 'label longitude is "-180.1": degrees from -180 to 180'],
  ['latitude', '5,6', 'degrees from -90 to 90'],
  ['longitude', '1e2', 'degrees from -180 to 180'],
  ['latitude', '', 'degrees from -90 to 90'],
  ['Region', 'gh', '"Region" is not a label'],
  ['__proto__', 'x', '"__proto__" is not a label'],
  ['note', 'x'.repeat(257), 'label note has 257 characters: at most 256'],
])('label %s=%s is refused', (name, value, words) => {
  expect(labelProblem(name, value)).toContain(words);
});
