import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { countTcpStates } from './tcp-states.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-tcp-'));
afterAll(() => rmSync(folder, { recursive: true }));

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const line = (i: number, state: string): string =>
  `${String(i).padStart(4)}: 0100007F:0CEA 0A000001:${state} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${i} 1 0 100\n`;

function file(name: string, states: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, HEAD + states.map((state, i) => line(i, state)).join(''));
  return path;
}

test('sockets are counted by their state, and the other words of a line are none', () => {
  const counts = countTcpStates([file('tcp', ['01', '01', '0A', '06', '0B', '02'])]);
  expect([counts[0], counts[1], counts[5], counts[9], counts[10]]).toEqual([2, 1, 1, 1, 1]);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(6);
});

test('letters may be small, and a state that no kernel has is counted nowhere', () => {
  const counts = countTcpStates([file('odd', ['0a', '00', 'FF', '0A'])]);
  expect([counts[9], counts.reduce((sum, count) => sum + count, 0)]).toEqual([2, 2]);
});

test('both files count together, and one that is not there has none', () => {
  const paths = [file('four', ['01']), join(folder, 'none'), file('six', ['01', '0A'])];
  expect([...countTcpStates(paths)].filter((count) => count > 0)).toEqual([2, 1]);
  expect([...countTcpStates([join(folder, 'none')])].every((count) => count === 0)).toBe(true);
});

test('tens of thousands of sockets are all counted, however the file is cut into pieces', () => {
  const counts = countTcpStates([
    file(
      'many',
      Array.from({ length: 30_000 }, (_, i) => (i % 3 === 0 ? '0A' : '01')),
    ),
  ]);
  expect([counts[0], counts[9]]).toEqual([20_000, 10_000]);
});
