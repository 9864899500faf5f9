import { expect, test, vi } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import { type RowBlock, RowSender } from './row-sender.ts';
import { WriteProblems } from './write-problems.ts';

vi.mock('node:timers/promises', () => ({
  // A pause is over at once.
  setTimeout: async (_: number, __: unknown, { signal }: { signal: AbortSignal }) => signal.throwIfAborted(),
}));

/** Its lines are the numbers of its rows. */
const block = (rows: number): RowBlock => ({
  ...{ table: 'cpu', rows },
  slice: (from, to) => Buffer.from(Array.from({ length: to - from }, (_, i) => from + i).join()),
});

type Answer = { status: number; words: string } | Error;
const TAKEN: Answer = { status: 204, words: '' };

function staged(answer: (rows: number[], attempt: number) => Answer | Promise<Answer>) {
  const sent: number[][] = [];
  const retried: string[] = [];
  const stopping = new AbortController();
  const problems = new WriteProblems();
  const sender = new RowSender({
    database: {
      write: async (lines) => {
        const rows = lines.toString().split(',').map(Number);
        sent.push(rows);
        const found = await answer(rows, sent.length);
        if (found instanceof Error) throw found;
        return found;
      },
    },
    events: { writeRetried: (table, attempt, error) => void retried.push(`${table} ${attempt} ${error.message}`) },
    ...{ problems, signal: stopping.signal },
  });
  const sizes = (): number[] => sent.map((rows) => rows.length);
  return { sender, sent, sizes, retried, stopping, problems };
}

const late = new MusterError('deadline_exceeded', 'too slow');

test.each([200, 204])('rows that the database took (%i) are stored', async (status) => {
  const { sender, sent, retried } = staged(() => ({ status, words: '' }));
  expect(await sender.send(block(3), 0, 3)).toBeUndefined();
  expect([sent, retried]).toEqual([[[0, 1, 2]], []]);
});

test('a part is sent where a part is asked for', async () => {
  const { sender, sent } = staged(() => TAKEN);
  await sender.send(block(9), 4, 6);
  expect(sent).toEqual([[4, 5]]);
});

test.each([400, 413])('what the database refuses (%i) is told in its words, of which five hundred letters are shown', async (status) => {
  const { sender, sent } = staged(() => ({ status, words: 'x'.repeat(501) }));
  expect(await sender.send(block(3), 0, 3)).toBe('x'.repeat(500));
  expect(sent).toHaveLength(1);
});

test('any other answer is no certain one: the same rows go again until there is one', async () => {
  const { sender, sent, retried } = staged((_, attempt) => (attempt < 3 ? { status: 500, words: 'y'.repeat(201) } : TAKEN));
  expect(await sender.send(block(2), 0, 2)).toBeUndefined();
  expect(sent).toEqual([
    [0, 1],
    [0, 1],
    [0, 1],
  ]);
  expect(retried).toEqual([1, 2].map((attempt) => `cpu ${attempt} QuestDB answers 500: ${'y'.repeat(200)}`));
});

test('a table that takes no rows is a problem until it takes some, or refuses them itself', async () => {
  vi.useFakeTimers({ now: 0 });
  for (const answer of [TAKEN, { status: 400, words: 'bad' }]) {
    const told: string[][] = [];
    const { sender, problems } = staged((_, attempt) => {
      told.push(problems.problems);
      vi.setSystemTime(Date.now() + 20_000);
      return attempt === 3 ? answer : new Error('refused');
    });
    await sender.send(block(1), 0, 1);
    expect(told.map((words) => words.length)).toEqual([0, 0, 1]);
    expect(problems.problems).toEqual([]);
  }
  vi.useRealTimers();
});

test('a table that is broken for good stays told where the database refuses rows, and not where it takes them', async () => {
  let answer: Answer = { status: 400, words: 'bad' };
  const { sender, problems } = staged(() => answer);
  problems.broken('cpu', 'its key is another');
  await sender.send(block(1), 0, 1);
  expect(problems.problems).toHaveLength(1);
  answer = TAKEN;
  await sender.send(block(1), 0, 1);
  expect(problems.problems).toEqual([]);
});

test('a request that takes too long is made anew in halves, and grows again where these succeed', async () => {
  let isSlow = true;
  const { sender, sizes } = staged((rows) => (isSlow && rows.length > 2000 ? late : TAKEN));
  expect(await sender.send(block(8000), 0, 8000)).toBeUndefined();
  // 8000 failed, then each of 4000, and quarters of 2000 were taken: the first of these made the next one larger.
  expect(sizes().slice(0, 4)).toEqual([8000, 4000, 2000, 2000]);
  expect(Math.min(...sizes())).toBe(2000);
  isSlow = false;
  const before = sizes().length;
  for (let i = 0; i < 6; i++) await sender.send(block(8000), 0, 8000);
  expect(sizes().at(-1)).toBe(8000);
  expect(sizes().length - before).toBeLessThan(14);
});

test('the halves are all the rows, in their order', async () => {
  const { sender, sent } = staged((rows) => (rows.length > 1500 ? late : TAKEN));
  await sender.send(block(5001), 0, 5001);
  const stored = sent.filter((rows) => rows.length <= 1500).flat();
  expect(stored).toEqual(Array.from({ length: 5001 }, (_, i) => i));
});

test('no request is cut below a thousand rows', async () => {
  const { sender, sizes } = staged((_, attempt) => (attempt <= 6 ? late : TAKEN));
  await sender.send(block(1500), 0, 1500);
  // Halves of fewer than a thousand rows each are sent as they are.
  expect(sizes().slice(0, 7)).toEqual([1500, 750, 750, 750, 750, 750, 750]);
  const { sender: other, sizes: others } = staged((_, attempt) => (attempt <= 3 ? late : TAKEN));
  await other.send(block(1000), 0, 1000);
  expect(others()).toEqual([1000, 1000, 1000, 1000]);
});

test('another failure than a time-out cuts nothing', async () => {
  const { sender, sizes } = staged((_, attempt) => (attempt <= 3 ? new Error('refused') : TAKEN));
  await sender.send(block(4000), 0, 4000);
  expect(sizes()).toEqual([4000, 4000, 4000, 4000]);
});

test('where one half is refused, its words are the answer, and the other half is stored', async () => {
  const { sender, sent } = staged((rows) => {
    if (rows.length > 2000) return late;
    return rows.includes(5) ? { status: 400, words: 'bad five' } : TAKEN;
  });
  expect(await sender.send(block(4000), 0, 4000)).toBe('bad five');
  expect(sent.at(-1)?.at(-1)).toBe(3999);
});

test('the rows that the database does not take are found one by one, with the words of each', async () => {
  const { sender, sent } = staged((rows) => {
    const bad = rows.find((row) => row === 2 || row === 7);
    return bad === undefined ? TAKEN : { status: 400, words: `row ${bad}` };
  });
  const refused: unknown[] = [];
  await sender.halve(block(9), 0, 9, 'first', (row, words) => refused.push([row, words]));
  expect(refused).toEqual([
    [2, 'row 2'],
    [7, 'row 7'],
  ]);
  const taken = sent.filter((rows) => !rows.includes(2) && !rows.includes(7)).flat();
  expect(taken.sort((a, b) => a - b)).toEqual([0, 1, 3, 4, 5, 6, 8]);
});

test('one row that was refused is not asked again', async () => {
  const { sender, sent } = staged(() => TAKEN);
  const refused: unknown[] = [];
  await sender.halve(block(5), 3, 4, 'its words', (row, words) => refused.push([row, words]));
  expect([refused, sent]).toEqual([[[3, 'its words']], []]);
});

test('two requests are under way at most, and the others wait for their turn', async () => {
  const open: (() => void)[] = [];
  const { sender, sent } = staged(() => new Promise((resolve) => open.push(() => resolve(TAKEN))));
  const sending = [0, 1, 2, 3].map((row) => sender.send(block(9), row, row + 1));
  await vi.waitFor(() => expect(sent).toEqual([[0], [1]]), 20_000);
  open[1]?.();
  await vi.waitFor(() => expect(sent).toEqual([[0], [1], [2]]), 20_000);
  open[0]?.();
  open[2]?.();
  await vi.waitFor(() => expect(open).toHaveLength(4), 20_000);
  open[3]?.();
  expect(await Promise.all(sending)).toEqual([undefined, undefined, undefined, undefined]);
  const again = [sender.send(block(9), 4, 5), sender.send(block(9), 5, 6), sender.send(block(9), 6, 7)];
  await vi.waitFor(() => expect(open).toHaveLength(6), 20_000);
  expect(sent).toHaveLength(6);
  open[4]?.();
  open[5]?.();
  await vi.waitFor(() => expect(open).toHaveLength(7), 20_000);
  open[6]?.();
  await Promise.all(again);
});

test('a failed request gives its place back', async () => {
  const { sender } = staged((_, attempt) => (attempt <= 4 ? new Error('refused') : TAKEN));
  await Promise.all([sender.send(block(1), 0, 1), sender.send(block(1), 0, 1), sender.send(block(1), 0, 1)]);
  expect(await sender.send(block(1), 0, 1)).toBeUndefined();
});

test('a stop ends the attempts with what failed last', async () => {
  const { sender, stopping, retried } = staged(() => {
    stopping.abort();
    return new Error('refused');
  });
  await expect(sender.send(block(1), 0, 1)).rejects.toThrow('refused');
  expect(retried).toEqual([]);
});
