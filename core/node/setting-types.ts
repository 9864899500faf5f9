// Types of settings that more than one declaration has.
import { z } from 'zod';
import { labelProblem, MAX_LABELS } from '../common/node-labels.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** Bounds of the interval of an agent. */
export const MIN_INTERVAL_MS = 100;
export const MAX_INTERVAL_MS = 3_600_000;
const ALLOWED = 'a number with its unit from 100ms to 1h is needed, such as 500ms, 10s or 5m';

/** `1s` → 1000; undefined for anything that is not a number directly followed by ms, s, m or h. */
export function parseDuration(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  return found === null ? undefined : Number(found[1]) * (UNITS[found[2]!] as number);
}

/** A duration with its unit within limits, as milliseconds. `allowed` says what is, in an error. */
export function duration(minMs: number, maxMs: number, allowed: string): z.ZodType<number> {
  return z.any().transform((value: unknown, context) => {
    const ms = parseDuration(String(value));
    if (ms !== undefined && ms >= minMs && ms <= maxMs) return Math.round(ms);
    context.addIssue({ code: 'custom', message: allowed });
    return z.NEVER;
  });
}

/** A duration with its unit, as milliseconds. */
export function durationSetting(fallback: string): z.ZodType<number> {
  return duration(MIN_INTERVAL_MS, MAX_INTERVAL_MS, ALLOWED).prefault(fallback);
}

/** As `duration`, or `none`, which is 0 and the default. */
export function durationUpTo(minMs: number, maxMs: number, allowed: string): z.ZodType<number> {
  return z.union([z.literal(['none', 0]).transform(() => 0), duration(minMs, maxMs, allowed)]).prefault('none');
}

/** The interval of one collector, in milliseconds. */
export const collectorInterval = duration(1000, 300_000, 'a collector needs a number with its unit from 1s to 300s, such as 5s or 2m');

/** Labels of a node. Numbers are taken as their text, so that `latitude: 5.6` needs no quotes. */
export const labelsSetting = z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).superRefine((labels, context) => {
  const count = Object.keys(labels).length;
  if (count > MAX_LABELS) context.addIssue({ code: 'custom', message: `${count} labels are too many: at most ${MAX_LABELS}` });
  for (const [name, value] of Object.entries(labels)) {
    const problem = labelProblem(name, value);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  }
});

export const logLevelSetting = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info');
