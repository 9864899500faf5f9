// Settings of the console's web server, and which context they mean.
import { z } from 'zod';
import { MusterError } from '../../core/common/muster-error.ts';
import type { Config, Declaration } from '../../core/node/config.ts';
import { type Context, contextNamed, contextsFile } from '../../core/node/contexts.ts';
import { contextOfGateway } from '../host/context-desk.ts';

export const WEB_SETTINGS = {
  logLevel: { type: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'), help: 'least level that is logged' },
  context: { type: z.string().default(''), help: 'context of the contexts file to show; empty for the gateway below' },
  gateway: { type: z.string().min(1).default('127.0.0.1:7443'), help: 'gateway to ask, as host:port' },
  caFile: { type: z.string().default(''), help: "file with the fleet's CA certificate, PEM" },
  tokenFile: { type: z.string().default(''), help: 'file with the bearer token of an operator' },
  host: {
    type: z.string().min(1).default('127.0.0.1'),
    help: 'address to listen on: another only in a container, whose port is published on 127.0.0.1 under the same number',
  },
  port: { type: z.number().int().min(0).max(65535).default(7444), help: 'port, 0 for a free one' },
  addressFile: { type: z.string().default(''), help: 'file that always holds the address with a fresh one-time token; empty for none' },
  open: { type: z.boolean().default(false), help: 'open the address in a browser of this machine' },
  metricsPort: { type: z.number().int().min(0).max(65535).default(0), help: 'port for Prometheus on 127.0.0.1; 0 for none' },
} satisfies Declaration;

export type WebConfig = Config<typeof WEB_SETTINGS>;

/** The context that is named, else one of the gateway. Throws `invalid_config` or `not_found` where neither is whole. */
export function contextOf(
  { context, gateway, caFile, tokenFile }: Pick<WebConfig, 'context' | 'gateway' | 'caFile' | 'tokenFile'>,
  env: Readonly<Record<string, string | undefined>>,
): Context {
  if (context !== '') return contextNamed(contextsFile(env), context);
  if (caFile !== '' && tokenFile !== '') return { ...contextOfGateway(gateway), caFile, tokenFile };
  throw new MusterError(
    'invalid_config',
    `the gateway ${gateway} needs --ca-file and --token-file beside it; or name a context with --context`,
  );
}
