import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { STATFS_THREADS, StatfsPool } from './statfs-pool.ts';
import type { FilesystemStats, StartStatfs, StatfsEvents } from './statfs-process.ts';

const STATS: FilesystemStats = { bsize: 1, frsize: 1, blocks: 1, bfree: 1, bavail: 1, files: 1, ffree: 1 };

interface Staged {
  asked: string[];
  killed: boolean;
  events: StatfsEvents;
}

let children: Staged[];
/** Paths whose server is gone. */
let dead: (path: string) => boolean;
let startable: boolean;

/** Answers at once what is not dead. */
const start: StartStatfs = (_, events) => {
  if (!startable) throw new Error('no more processes');
  const child: Staged = { asked: [], killed: false, events };
  children.push(child);
  queueMicrotask(() => events.ready());
  return {
    ask(id, path) {
      child.asked.push(path);
      if (!dead(path)) queueMicrotask(() => events.answered(id, STATS));
    },
    kill() {
      child.killed = true;
    },
  };
};

/** All at once: which of them answered, with what the others were rejected. */
async function askAll(pool: StatfsPool, names: readonly string[]): Promise<Record<string, string>> {
  const answers = Promise.all(
    names.map(async (name) => {
      const word = await pool.ask(name, name).then(
        () => 'answered',
        (error: Error) => error.message,
      );
      return [name, word] as const;
    }),
  );
  await vi.advanceTimersByTimeAsync(20_000);
  return Object.fromEntries(await answers);
}

const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `dead${index}`);

beforeEach(() => {
  vi.useFakeTimers();
  children = [];
  startable = true;
  dead = (path) => path.startsWith('dead');
});
afterEach(() => {
  vi.useRealTimers();
});

const createPool = (): StatfsPool => new StatfsPool(start, () => Date.now());

test('nothing is started before the first question', async () => {
  const pool = createPool();
  expect(children).toHaveLength(0);
  expect(await askAll(pool, ['a', 'b'])).toEqual({ a: 'answered', b: 'answered' });
  expect(children).toHaveLength(1);
});

test('a silent one is told, is not asked twice, and answers again when its server is back', async () => {
  const pool = createPool();
  expect(await askAll(pool, ['dead0', 'a'])).toEqual({ dead0: 'does not answer', a: 'answered' });
  const asked = pool.ask('dead0', 'dead0');
  await expect(asked).rejects.toThrow('does not answer');
  expect(children[0]?.asked).toEqual(['dead0', 'a']);
  children[0]?.events.answered(1, STATS);
  dead = () => false;
  expect(await askAll(pool, ['dead0'])).toEqual({ dead0: 'answered' });
  expect(children).toHaveLength(1);
});

test('when all threads wait for silent ones, another child asks the others', async () => {
  const pool = createPool();
  const silent = many(STATFS_THREADS + 4);
  const words = await askAll(pool, [...silent, 'a', 'b']);
  for (const name of silent) expect(words[name]).toBe('does not answer');
  expect(words).toMatchObject({ a: 'answered', b: 'answered' });
  expect(children.map(({ killed }) => killed)).toEqual([true, false]);
  // Those that were given up are left alone for a while.
  expect(await askAll(pool, [...silent, 'a'])).toMatchObject({ dead0: 'does not answer', a: 'answered' });
  expect(children).toHaveLength(2);
  expect(children[1]?.asked.filter((path) => path === 'dead0')).toEqual([]);
});

test('how many killed children may be left behind is bounded, and goes on when they are gone', async () => {
  const pool = createPool();
  const words = await askAll(pool, [...many(STATFS_THREADS * 5), 'a']);
  expect(children).toHaveLength(3);
  expect(words['a']).toBe(`${STATFS_THREADS * 3} others do not answer`);
  for (const child of children.slice(0, 2)) child.events.ended('killed');
  expect(await askAll(pool, ['a'])).toEqual({ a: 'answered' });
});

test('a child that ends or cannot be started is told, and tried again later', async () => {
  const pool = createPool();
  await askAll(pool, ['a']);
  const asked = pool.ask('dead0', 'dead0');
  children[0]?.events.ended('it ended with SIGSEGV');
  await expect(asked).rejects.toThrow('failed: it ended with SIGSEGV');
  startable = false;
  await expect(pool.ask('a', 'a')).rejects.toThrow('SIGSEGV');
  await vi.advanceTimersByTimeAsync(30_000);
  await expect(pool.ask('a', 'a')).rejects.toThrow('no more processes');
  await vi.advanceTimersByTimeAsync(30_000);
  startable = true;
  expect(await askAll(pool, ['a'])).toEqual({ a: 'answered' });
});

test('one that nobody asks is ended', async () => {
  const pool = createPool();
  await askAll(pool, ['a']);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(children[0]?.killed).toBe(true);
  expect(await askAll(pool, ['a'])).toEqual({ a: 'answered' });
  expect(children).toHaveLength(2);
});
