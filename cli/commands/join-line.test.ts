import { expect, test } from 'vitest';
import { fillLines, lineNotes } from './join-line.ts';

const INFO = {
  ...{ addresses: ['10.0.0.5:7443'], caSha256: 'ab', programs: [], problem: '', caUrl: '' },
  lines: [{ system: 'linux', text: "echo MUSTER_JOIN_TOKEN='TOKEN_HERE' | sh", needs: '' }],
};

test('the secret takes its place in the line, whatever is in it', () => {
  expect(fillLines(INFO, 'mst_$&_x').lines[0]?.text).toBe("echo MUSTER_JOIN_TOKEN='mst_$&_x' | sh");
});

test('people are shown the line for their system, or why there is none', () => {
  const filled = fillLines(INFO, 's');
  expect(lineNotes(filled, 'linux').join('\n')).toContain("  echo MUSTER_JOIN_TOKEN='s' | sh");
  expect(lineNotes({ ...filled, lines: [], problem: 'it listens for this machine alone' }, 'linux')).toEqual([
    'no line for another machine: it listens for this machine alone',
  ]);
});
