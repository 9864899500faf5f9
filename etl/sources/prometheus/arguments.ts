// The command line of the extraction.
import { parseArgs } from 'node:util';
import { durationMsOf } from '../../../core/common/duration.ts';
import { MusterError, toMusterError } from '../../../core/common/muster-error.ts';
import { nearestWords } from '../../../core/node/config.ts';
import type { Place } from './config.ts';

export type Mode = 'continuous' | 'once' | 'backfill' | 'check';

export interface Arguments {
  config: string;
  mode: Mode;
  /** FROM..TO of a back-fill. */
  span: string;
  /** Of a back-fill, for all queries; undefined: each its own. */
  stepMs: number | undefined;
  over: Partial<Record<Place, string>>;
  under: Partial<Record<Place, string>>;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const OPTIONS = {
  config: text,
  once: flag,
  backfill: text,
  step: text,
  check: flag,
  gateway: text,
  'ca-file': text,
  'token-file': text,
  'state-dir': text,
  'fallback-gateway': text,
  'fallback-ca-file': text,
  'fallback-token-file': text,
  'fallback-state-dir': text,
  help: flag,
} as const;
export const USAGE = `Usage: muster etl prometheus --config FILE.yaml [--once | --backfill FROM..TO [--step STEP] | --check]

  --config FILE        queries and both ends; see the README for an example
  --once               what is due since the last cycle, then end
  --backfill FROM..TO  a span of the past, such as 24h..now or 2026-11-22..2026-11-23; may be repeated, it is stored once
  --step STEP          step of the back-fill, such as 60 or 60s (default: that of each query)
  --check              test both ends and every query; store nothing
  --gateway HOST:PORT  this gateway instead of the one in FILE
  --ca-file FILE       the fleet's CA certificate
  --token-file FILE    file with an access token that has the scope push
  --state-dir DIR      folder of the high-water marks

Without --once, --backfill or --check it goes on until Ctrl-C, which finishes what is in flight.
Exit codes: 0 all is stored (NaN and infinities are no numbers of the store), 1 a query failed or rows were refused, replaced or left out, 2 wrong usage or configuration, 69 an end cannot be reached, or the
ledger did not have all in time.
`;

/** Throws `invalid_argument`. Undefined where help is asked for. */
export function parseArguments(argv: readonly string[]): Arguments | undefined {
  const known = Object.keys(OPTIONS).map((name) => `--${name}`);
  const unknown = argv.find((word) => word.startsWith('--') && !known.includes(word.split('=')[0] as string));
  if (unknown !== undefined)
    throw new MusterError('invalid_argument', `${unknown.slice(0, 80)} is not an option: ${nearestWords(unknown, known)}`);
  const values = parse(argv);
  if (values.help === true) return undefined;
  const { config, once, backfill, check, step } = values;
  if (config === undefined) throw new MusterError('invalid_argument', '--config is missing: name the YAML file with the queries');
  const modes = [
    ...(once ? ['once' as const] : []),
    ...(backfill === undefined ? [] : ['backfill' as const]),
    ...(check ? ['check' as const] : []),
  ];
  if (modes.length > 1) throw new MusterError('invalid_argument', `--${modes.join(' and --')} exclude each other`);
  const mode = modes[0] ?? 'continuous';
  if (step !== undefined && mode !== 'backfill')
    throw new MusterError('invalid_argument', '--step belongs to --backfill: the steps of a cycle stand in the file');
  return {
    ...{ config, mode, span: backfill ?? '' },
    stepMs: step === undefined ? undefined : parseStep(step),
    over: places(values.gateway, values['ca-file'], values['token-file'], values['state-dir']),
    under: places(values['fallback-gateway'], values['fallback-ca-file'], values['fallback-token-file'], values['fallback-state-dir']),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new MusterError('invalid_argument', toMusterError(error).message, error);
  }
}

function places(gateway?: string, gatewayCaFile?: string, tokenFile?: string, stateDir?: string): Partial<Record<Place, string>> {
  return Object.fromEntries(Object.entries({ gateway, gatewayCaFile, tokenFile, stateDir }).filter(([, value]) => value !== undefined));
}

function parseStep(step: string): number {
  const ms = durationMsOf(step) ?? 0;
  if (ms < 1000 || ms > 86_400_000 || ms % 1000 !== 0)
    throw new MusterError('invalid_argument', `--step ${step}: whole seconds, minutes or hours from 1s to 24h are needed, such as 60s`);
  return ms;
}
