// The agent's settings.
import { hostname } from 'node:os';
import { z } from 'zod';
import type { Config, Declaration } from '../core/node/config.ts';
import { COLLECTOR_NAMES } from './collectors/catalog.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const MIN_INTERVAL_MS = 100;
const MAX_INTERVAL_MS = 3_600_000;

/** `1s` → 1000; undefined for anything that is not a number directly followed by ms, s, m or h. */
export function parseDuration(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  return found === null ? undefined : Number(found[1]) * (UNITS[found[2] as string] as number);
}

const ALLOWED = 'a number with its unit from 100ms to 1h is needed, such as 500ms, 10s or 5m';

function duration(minMs: number, maxMs: number, allowed: string): z.ZodType<number> {
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

const collectorName = z.enum(COLLECTOR_NAMES as [string, ...string[]]);

/** The interval of one collector, in milliseconds. */
const collectorInterval = duration(1000, 300_000, 'a collector needs a number with its unit from 1s to 300s, such as 5s or 2m');

const labelsSetting = z.record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'label names are lower-case words'), z.string().max(256));

export const AGENT_DECLARATION = {
  stateDir: { type: z.string().min(1).default('/var/lib/muster-agent'), help: 'folder of identity and spool' },
  gateway: {
    type: z
      .string()
      .regex(/^.+:\d{1,5}$/, 'host:port is needed')
      .default('127.0.0.1:7443'),
    help: 'where to stream to, host:port',
  },
  caFile: { type: z.string().optional(), help: "certificate of the fleet's CA, PEM; needed to enrol" },
  joinTokenFile: { type: z.string().optional(), help: 'file with the join token; needed to enrol' },
  interval: { type: durationSetting('10s'), help: 'time between samples, 100ms to 1h' },
  flushInterval: { type: durationSetting('1s'), help: 'time between batches, 100ms to 1h' },
  spoolMaxBytes: {
    type: z
      .number()
      .int()
      .min(1_048_576, 'at least 1048576 (1 MiB)')
      .max(1_099_511_627_776, 'at most 1099511627776 (1 TiB)')
      .default(268_435_456),
    unit: 'bytes',
    help: 'what the spool holds at most; beyond it the oldest batches are dropped and counted',
  },
  name: { type: z.string().default(() => hostname()), help: 'name of this machine' },
  labels: { type: labelsSetting.default({}), help: 'labels: country, region, city, … as JSON or YAML map' },
  collectorsDisabled: {
    type: z.array(collectorName).default([]),
    help: 'collectors to leave out, a list',
  },
  collectorIntervals: {
    type: z.partialRecord(collectorName, collectorInterval).default({}),
    help: 'time between samples of single collectors, 1s to 300s, as JSON or YAML map, such as {"cpu": "1s"}',
  },
  logLevel: {
    type: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    help: 'least level that is logged',
  },
} satisfies Declaration;

export type AgentConfig = Config<typeof AGENT_DECLARATION>;
