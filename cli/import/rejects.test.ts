import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Output } from '../terminal/output.ts';
import { Rejects } from './rejects.ts';

function rejects() {
  const folder = mkdtempSync(join(tmpdir(), 'muster-rejects-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'rejects');
  const notes: string[] = [];
  return { rows: new Rejects(path, { note: (line: string) => notes.push(line) } as unknown as Output), path, notes };
}

it('writes rows of CSV as a file to mend, with the reasons as comments', async () => {
  const { rows, path, notes } = rejects();
  rows.add({ row: 4, reason: 'row 4: time is "noon"', data: () => ({ header: 'time,v', text: 'noon,1' }) });
  rows.add({ row: 7, reason: 'row 7: v is "x"', data: () => ({ header: 'time,v', text: '2026-12-01T10:00:00Z,x' }) });
  await rows.close();
  expect(readFileSync(path, 'utf8')).toBe('time,v\n# row 4: time is "noon"\nnoon,1\n# row 7: v is "x"\n2026-12-01T10:00:00Z,x\n');
  expect([rows.count, notes]).toEqual([2, ['row 4: time is "noon"', 'row 7: v is "x"']]);
});

it('writes rows of other files as objects, what is no JSON as the text it is', async () => {
  const { rows, path } = rejects();
  rows.add({ row: 1, reason: 'row 1: a', data: () => ({ text: '{"v":1}' }) });
  rows.add({ row: 2, reason: 'row 2: b', data: () => ({ text: '{"v"' }) });
  await rows.close();
  expect(readFileSync(path, 'utf8')).toBe(
    '{"row":1,"reason":"row 1: a","data":{"v":1}}\n{"row":2,"reason":"row 2: b","data":"{\\"v\\""}\n',
  );
});
