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
            const { list, stored } = processSource(node(state, ...commands), live, refusal, read);
            expect(list !== stored, `${state} ${commands} ${live} ${refusal} ${read}`).toBe(true);
          }
        }
      }
    }
  }
});

test('the list is of a node that answers; what stands instead says why', () => {
  expect(processSource(node('live', MAY), true, '', false)).toEqual({ list: true, stored: false, words: '' });
  expect(processSource(node('live'), true, '', false).words).toMatch(/not allowed on this node/);
  expect(processSource(node('silent', MAY), true, '', false).words).toMatch(/does not answer/);
  expect(processSource(node('live', MAY), true, 'read-only', false).words).toBe('read-only');
  // The moment is what the window asks for, and nothing is wrong.
  expect(processSource(node('live', MAY), false, '', true)).toEqual({ list: false, stored: true, words: '' });
});

test('a node that falls silent keeps the list that was read', () => {
  expect(processSource(node('silent', MAY), true, '', true)).toEqual({ list: true, stored: false, words: '' });
});
