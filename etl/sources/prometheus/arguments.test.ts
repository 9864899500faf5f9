import { expect, it } from 'vitest';
import { parseArguments } from './arguments.ts';

const FILE = ['--config', 'p.yaml'];

it('reads the mode, the span and where both ends are', () => {
  expect(parseArguments(FILE)).toMatchObject({ config: 'p.yaml', mode: 'continuous', over: {}, under: {} });
  expect(parseArguments([...FILE, '--once'])?.mode).toBe('once');
  expect(parseArguments([...FILE, '--check', '--gateway=g:1', '--fallback-gateway=f:1', '--fallback-state-dir', 's'])).toMatchObject({
    mode: 'check',
    over: { gateway: 'g:1' },
    under: { gateway: 'f:1', stateDir: 's' },
  });
  expect(parseArguments([...FILE, '--backfill', '24h..now', '--step', '60s'])).toMatchObject({
    mode: 'backfill',
    span: '24h..now',
    stepMs: 60_000,
  });
  const stepOf = (step: string) => parseArguments([...FILE, '--backfill', '24h..now', '--step', step])?.stepMs;
  expect(['60', '1m', '1min', '0.5h', '1d'].map(stepOf)).toEqual([60_000, 60_000, 60_000, 1_800_000, 86_400_000]);
  expect(parseArguments(['--help'])).toBeUndefined();
});

it.each([
  [[], '--config is missing'],
  [[...FILE, '--backfil', '1h..now'], '--backfil is not an option: did you mean --backfill?'],
  [[...FILE, '--once', '--check'], '--once and --check exclude each other'],
  [[...FILE, '--step', '60s'], '--step belongs to --backfill'],
  [[...FILE, '--backfill', '1h..now', '--step', '1500ms'], '--step 1500ms: whole seconds'],
  [[...FILE, '--backfill', '1h..now', '--step', '0s'], '--step 0s: whole seconds'],
  [[...FILE, 'more'], 'more'],
  [['--config'], '--config'],
])('refuses %j', (argv, words) => {
  expect(() => parseArguments(argv)).toThrow(words);
});
