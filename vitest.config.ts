// The kinds of tests. The cheap ones share the workers; those that start real servers come after them two files at a time, then the windows, one by one.
import { defineConfig } from 'vitest/config';

const ROOMS = ['core', 'proto', 'agent', 'gateway', 'etl', 'cli', 'console', 'deploy'];

// Without it vitest leaves one core to itself, which is half of two.
const ALL_CORES = '100%';

// Of a test that hangs. Beside other work, ten times as long as alone is no hang.
const HANG_MS = 600_000;

export default defineConfig({
  test: {
    // Patience is no measure: what a test waits for comes in milliseconds, and in seconds beside other work.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        oxc: { jsx: { runtime: 'automatic' } },
        test: {
          name: 'unit',
          // What must run before anything is installed is .mjs, and so are its tests.
          include: [...ROOMS.flatMap((room) => [`${room}/**/*.test.{ts,tsx}`, `${room}/**/*.test.mjs`]), 'test/golden/**/*.test.ts'],
          // Of a test that hangs: thousands of generated inputs take seconds beside other work.
          testTimeout: 120_000,
          maxWorkers: ALL_CORES,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'architecture',
          include: ['test/architecture/**/*.test.ts'],
          testTimeout: 120_000,
          maxWorkers: ALL_CORES,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/harness/**/*.test.ts'],
          // Most of their time they wait for servers; each file has servers, folders and ports of its own.
          maxWorkers: 2,
          testTimeout: HANG_MS,
          hookTimeout: HANG_MS,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'drills',
          // Outages, crowds, kills and peers of others: minutes, each.
          include: ['test/drills/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: HANG_MS,
          hookTimeout: HANG_MS,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'screens',
          // Pictures to look at.
          include: ['test/screens/**/*.test.ts'],
          testTimeout: HANG_MS,
          hookTimeout: HANG_MS,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: HANG_MS,
          hookTimeout: HANG_MS,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
