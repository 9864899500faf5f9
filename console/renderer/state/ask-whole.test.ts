import { expect, test } from 'vitest';
import type { ConsoleApi } from '../../common/console-api.ts';
import { askWhole, cutOf } from './ask-whole.ts';

const ASKED = { sql: 'SELECT 1', maxRows: 20_000, timeoutMs: 1000 };
const apiOf = (truncated: boolean): ConsoleApi =>
  ({ request: async () => ({ columns: [], rows: 20_000, truncated, elapsedMs: 1 }) }) as unknown as ConsoleApi;

test('an answer that was cut is no answer, unless a part is enough: then it is said', async () => {
  await expect(askWhole(apiOf(false), ASKED)).resolves.toMatchObject({ rows: 20_000 });
  await expect(askWhole(apiOf(true), ASKED)).rejects.toMatchObject({
    code: 'limit_exceeded',
    message: expect.stringContaining('20,000 rows'),
  });
  expect([cutOf({ truncated: true, rows: 500 }), cutOf({ truncated: false, rows: 500 })]).toEqual([
    'only the first 500 rows could be read',
    '',
  ]);
});
