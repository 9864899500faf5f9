// Options that take a duration: `150`, `150s` and `2m` everywhere alike.
import { InvalidArgumentError } from 'commander';
import { DURATION_RULE, durationMsOf } from '../../core/common/duration.ts';
import { MAX_INTERVAL_MS, MIN_INTERVAL_MS } from '../../core/node/setting-types.ts';

/** Reads an option, and writes its default in the help. */
export interface DurationOption {
  (text: string): number;
  shown(value: unknown): string;
}

/** Seconds, from `least` to `most`; a bare number is of seconds. What it throws, commander shows as a usage error. */
export function durationSeconds(least: number, most: number): DurationOption {
  const read = (text: string): number => {
    const ms = durationMsOf(text);
    if (ms === undefined) throw new InvalidArgumentError(`${sentence(DURATION_RULE)}.`);
    const seconds = ms / 1000;
    if (seconds < least || seconds > most) throw new InvalidArgumentError(`Expected a time from ${words(least)} to ${words(most)}.`);
    return seconds;
  };
  return Object.assign(read, { shown: (value: unknown) => (typeof value === 'number' && value > 0 ? words(value) : '') });
}

/** Milliseconds, from `least` to `most`; a bare number is of milliseconds, as the option has to say. */
export function durationMs(least: number, most: number): DurationOption {
  const read = (text: string): number => {
    const ms = durationMsOf(text, 'ms');
    if (ms === undefined || ms < least || ms > most)
      throw new InvalidArgumentError(`Expected a time from ${least} to ${most} milliseconds, such as ${least}, 500ms or 2s.`);
    return ms;
  };
  return Object.assign(read, { shown: (value: unknown) => (typeof value === 'number' ? words(value / 1000) : '') });
}

/** `90d`, `24h`, `30m`, `45s` or `45` → seconds, at least one. */
export const parseDurationSeconds: DurationOption = durationSeconds(1, 100 * 365 * 86_400);

/** The interval of an agent, within its bounds and as its own setting takes it: `120` → `2m`. */
export function agentInterval(text: string): string {
  const ms = durationMsOf(text);
  if (ms === undefined || ms < MIN_INTERVAL_MS || ms > MAX_INTERVAL_MS)
    throw new InvalidArgumentError('Expected a time from 100ms to 1h, such as 10, 10s, 500ms or 2m.');
  return ms % 1000 === 0 ? words(ms / 1000) : `${ms}ms`;
}

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
];

function words(seconds: number): string {
  const [unit, size] = UNITS.find(([, each]) => seconds >= each && seconds % each === 0) ?? ['s', 1];
  return `${seconds / size}${unit}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
