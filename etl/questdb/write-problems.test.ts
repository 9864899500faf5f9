import { expect, it } from 'vitest';
import { WriteProblems } from './write-problems.ts';

it('tells of what passes only after ten seconds, of what lasts at once, and of neither once rows are taken', () => {
  let nowMs = 0;
  const problems = new WriteProblems(() => nowMs);
  problems.failed('cpu', 'QuestDB answers 503');
  expect(problems.problems).toEqual([]);
  nowMs = 30_000;
  problems.failed('cpu', 'QuestDB answers 503');
  expect(problems.problems).toEqual(['the table cpu has taken no rows for 30 s: QuestDB answers 503']);
  problems.broken('events', 'it is a view');
  problems.answered('cpu');
  problems.answered('events');
  expect(problems.problems).toEqual(['the table events takes no rows, and what needs it waits in the stream: it is a view']);
  problems.mended('events');
  expect(problems.problems).toEqual([]);
});
