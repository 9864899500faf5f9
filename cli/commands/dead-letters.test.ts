import { expect, it } from 'vitest';
import type { DeadLetter } from '../../proto/gen/messages.ts';
import { letterLine } from './dead-letters.ts';

const LETTER: DeadLetter = {
  ...{ id: 17, time: { seconds: 1_796_032_800, nanos: 0 }, nodeId: 'n', epoch: 'e', seq: 3, measurement: 'cpu', reason: 'type_changed' },
  ...{ detail: 'd', row: '', raw: Buffer.alloc(0), history: [], decoded: '', tags: [], textFields: [] },
} as unknown as DeadLetter;

it('writes the row of a letter as it is, whatever its columns are named', () => {
  const row = { timestamp: '2026-11-30T10:00:00.000Z', _host: 'web-1', _cpu: 'cpu', cpu: "$' $&", at: { seconds: 1, nanos: 2 } };
  const line = letterLine({ ...LETTER, row: JSON.stringify(row, null, 2) });
  expect(line).toMatch(/^[^\n]*\n$/);
  expect(JSON.parse(line)).toMatchObject({ id: 17, time: '2026-11-30T10:00:00.000Z', history: [], row });
});

it('leaves out the row of a letter that is bytes', () => {
  expect(JSON.parse(letterLine({ ...LETTER, raw: Buffer.from('ab') }))).toMatchObject({ id: 17, raw: 'YWI=' });
  expect(JSON.parse(letterLine({ ...LETTER, raw: Buffer.from('ab') }))).not.toHaveProperty('row');
});
