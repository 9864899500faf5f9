// Where the other programs of Muster are: beside the bundle, or as sources in a checkout.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MusterError } from '../../core/common/muster-error.ts';

/** Name → source in a checkout. The bundle of a name is `NAME.mjs`. */
const SOURCES = {
  muster: 'cli/main.ts',
  agent: 'agent/main.ts',
  simulate: 'agent/simulate/main.ts',
  gateway: 'gateway/main.ts',
  etl: 'etl/main.ts',
  prometheus: 'etl/sources/prometheus/main.ts',
  'console-web': 'console/web/main.ts',
} as const;

export type ProgramName = keyof typeof SOURCES;

const HERE = dirname(fileURLToPath(import.meta.url));
/** The root of the checkout where this runs from source, else undefined. */
const CHECKOUT = import.meta.url.endsWith('.ts') ? join(HERE, '..', '..') : undefined;

/** Path of a program for `node PATH`. */
export function programPath(name: ProgramName, folder = HERE, checkout = CHECKOUT): string {
  const path = checkout === undefined ? join(folder, `${name}.mjs`) : join(checkout, SOURCES[name]);
  if (!existsSync(path)) throw new MusterError('missing_runtime', `${path} is missing: run npm start once to build it`);
  return path;
}

/** What the gateway gives to machines that join: the executables that `npm run package -- agent` has built here, and the built agent itself. */
export function agentFiles(folder = HERE, checkout = CHECKOUT): { agentFolder: string; agentBundle: string } {
  const root = checkout ?? join(folder, '..');
  const bundle = checkout === undefined ? join(folder, 'agent.mjs') : '';
  return { agentFolder: join(root, '.cache', 'packages'), agentBundle: bundle };
}

/** The bundle that Electron loads. There is no other way to run it than built. */
export function electronMainPath(folder = HERE, checkout = CHECKOUT): string {
  const path = join(checkout === undefined ? folder : join(checkout, 'dist'), 'console', 'main.cjs');
  if (!existsSync(path)) throw new MusterError('missing_runtime', `${path} is missing: run npm start once to build it`);
  return path;
}
