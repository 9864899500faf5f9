import { expect, it } from 'vitest';
import { toDatabaseError } from './read-database.ts';
import { ServerRefusal } from './wire-messages.ts';

const refusal = (words: string): ServerRefusal => new ServerRefusal(new Map(Object.entries({ M: words, S: 'ERROR', P: '8' })));

it.each([
  ['timeout, query aborted [fd=1, runtime=1002ms, timeout=1000ms]', 'deadline_exceeded'],
  ['limit of 1073741824 memory exceeded in EncodedSort', 'limit_exceeded'],
  ['Maximum number of pages (1024) breached in VirtualMemory', 'limit_exceeded'],
  ['breached memory limit set for rpad(SIS) [maxLength=1048576]', 'limit_exceeded'],
  ['not enough space in send buffer [sendBufferSize=1048576]', 'limit_exceeded'],
  ['Invalid column: x', 'invalid_argument'],
])('takes %j of the database for %s', (words, code) => {
  expect(toDatabaseError(refusal(words)).code).toBe(code);
});

it('takes what the database did not say for a database that is away', () => {
  expect(toDatabaseError(new Error('connect ECONNREFUSED')).code).toBe('unavailable');
});
