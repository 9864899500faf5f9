import { expect, test } from 'vitest';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { processSource } from './process-source.ts';

const node = (state: FleetNode['state'], ...commands: string[]) => ({ state, commands });
const MAY = 'process_list';

test('one table at a time, in whatever state the node and the window are', () => {
  for (const state of ['live', 'late', 'silent', 'maintenance', 'never_seen', 'quarantined', 'unknown', 'idle'] as const) {
    for (const commands of [[], [MAY]]) {
      for (const live of [true, false]) {
        for (const refusal of ['', 'read-only']) {
          for (const read of [true, false]) {
            const { list, stored } = processSource(node(state, ...commands), live, { read, problem: refusal });
            expect(list !== stored, `${state} ${commands} ${live} ${refusal} ${read}`).toBe(true);
            // No empty list stands where the store has something to show.
            if (!read) expect(stored).toBe(true);
          }
        }
      }
    }
  }
});

const UNREAD = { read: false, problem: '' };
const READ = { read: true, problem: '' };
const REFUSED = { read: false, problem: 'the token lacks the scope admin' };

test('the list is of a node that answered; what stands instead says why', () => {
  expect(processSource(node('live', MAY), true, READ)).toEqual({ list: true, stored: false, words: '', again: false });
  expect(processSource(node('live', MAY), true, UNREAD).words).toMatch(/until its own list is read/);
  expect(processSource(node('live'), true, UNREAD).words).toMatch(/not allowed on this node/);
  expect(processSource(node('silent', MAY), true, UNREAD).words).toMatch(/does not answer/);
  // The moment is what the window asks for, and nothing is wrong.
  expect(processSource(node('live', MAY), false, READ)).toEqual({ list: false, stored: true, words: '', again: false });
});

test('a token that may only read sees the stored processes of a live node, and why', () => {
  const source = processSource(node('live', MAY), true, REFUSED);
  expect(source).toMatchObject({ list: false, stored: true, again: true });
  expect(source.words).toContain(REFUSED.problem);
});

test('a list that was read stays: where the node falls silent, and where a later reading is refused', () => {
  expect(processSource(node('silent', MAY), true, READ)).toMatchObject({ list: true, stored: false, words: '' });
  expect(processSource(node('live', MAY), true, { ...REFUSED, read: true })).toMatchObject({ list: true, stored: false });
});
