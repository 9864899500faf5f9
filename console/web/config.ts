// Settings of the console's web server.
import { z } from 'zod';
import type { Config, Declaration } from '../../core/node/config.ts';

export const WEB_SETTINGS = {
  logLevel: { type: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'), help: 'least level that is logged' },
  gateway: { type: z.string().min(1).default('127.0.0.1:7443'), help: 'gateway to ask, as host:port' },
  caFile: { type: z.string().min(1), help: "file with the fleet's CA certificate, PEM" },
  tokenFile: { type: z.string().min(1), help: 'file with the bearer token of an operator' },
  port: { type: z.number().int().min(0).max(65535).default(7444), help: 'port on 127.0.0.1, 0 for a free one' },
  addressFile: { type: z.string().default(''), help: 'file that always holds the address with a fresh one-time token; empty for none' },
  metricsPort: { type: z.number().int().min(0).max(65535).default(0), help: 'port for Prometheus on 127.0.0.1; 0 for none' },
} satisfies Declaration;

export type WebConfig = Config<typeof WEB_SETTINGS>;
