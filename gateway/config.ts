// What a gateway can be told.
import { z } from 'zod';
import type { Config, Declaration } from '../core/node/config.ts';
import { DURABILITY_POLICIES } from './durability.ts';

const port = z.int('a whole number is needed').min(0, 'at least 0').max(65_535, 'at most 65535');
const file = z.string('the path of a file is needed').min(1, 'the path of a file is needed');

export const GATEWAY_CONFIG = {
  logLevel: { type: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'), help: 'how much to log' },
  name: {
    type: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes are needed, at most 63')
      .default('gateway-1'),
    help: 'name of this gateway, written beside what it received',
  },
  host: {
    type: z
      .string()
      .regex(/^[\w.:%-]+(,[\w.:%-]+)*$/, 'an address is needed, or several with commas between')
      .default('127.0.0.1'),
    help: 'address to listen on, or several with commas between',
  },
  port: { type: port.default(7443), help: 'port for agents and operators; 0 takes a free one' },
  tlsCertificateFile: {
    type: file,
    help: "server certificate, PEM; read again when it changes; one of the fleet's CA is renewed by the gateway at two thirds of its life",
  },
  tlsKeyFile: { type: file, help: 'key of the server certificate, PEM' },
  tlsNames: {
    type: z
      .string()
      .regex(/^[\w.:*-]*(,[\w.:*-]*)*$/, 'names and addresses are needed, with commas between')
      .default(''),
    help: 'names and addresses by which the gateway is called, for its renewed certificate; empty for those of the certificate it has',
  },
  joinAddresses: {
    type: z
      .string()
      .regex(/^[\w.:[\]-]*(,[\w.:[\]-]*)*$/, 'host or host:port is needed, or several with commas between')
      .default(''),
    help: 'where machines reach this gateway, host or host:port, for the line that lets one join; empty for the addresses that it listens on',
  },
  agentFolder: {
    type: z.string().default(''),
    help: 'folder of agents to give to machines that join, as npm run package -- agent makes them; empty gives none',
  },
  agentBundle: {
    type: z.string().default(''),
    help: 'agent as one file for Node 24, for machines that none of these agents runs on; empty gives none',
  },
  tlsCertificateDays: {
    type: z.number().positive('more than 0 is needed').max(3650, 'at most 3650').default(365),
    unit: 'days',
    help: 'how long a renewed server certificate lasts',
  },
  fleetCaFile: { type: file, help: "certificate of the fleet's CA, PEM" },
  fleetCaKeyFile: { type: file, help: "key of the fleet's CA, PEM" },
  nodeCertificateDays: {
    type: z.number().min(1, 'at least 1').max(30, 'at most 30').default(7),
    unit: 'days',
    help: 'how long the certificate of a node lasts; its agent renews it at two thirds, so a machine may be off for a third of it',
  },
  maxNodes: {
    type: z.int().min(1, 'at least 1').default(100_000),
    help: 'how many nodes the fleet may have; further ones are refused',
  },
  newNodesPerTokenPerDay: {
    type: z.int().min(1, 'at least 1').default(10_000),
    help: 'how many new nodes one token may make in a day (UTC), by enrolments, pushes and imports together',
  },
  operatorTokenFile: { type: z.string().default(''), help: 'file with a bearer token that has all scopes; empty for none' },
  natsUrl: {
    type: z.string().startsWith('nats://', 'an address like nats://127.0.0.1:7422 is needed').default('nats://127.0.0.1:7422'),
    help: 'where nats-server listens',
  },
  natsUser: { type: z.string().default('gateway'), help: 'user at nats-server' },
  natsPasswordFile: { type: file, help: 'file with the password of that user' },
  natsMonitorUrl: {
    type: z.union([z.literal(''), z.url()]).default(''),
    help: 'monitoring address of nats-server (http://127.0.0.1:8222), to tell whether its acknowledgements are on disk; empty where it has none',
  },
  natsDurability: {
    type: z.enum(DURABILITY_POLICIES).default('warn'),
    help: 'where nobody knows that an acknowledgement of nats-server means "on disk": warn, require (does not start) or trust (you vouch for it)',
  },
  questdbPgHost: { type: z.string().min(1).default('127.0.0.1'), help: "host of QuestDB's PostgreSQL port" },
  questdbPgPort: { type: port.default(7481), help: "QuestDB's PostgreSQL port" },
  questdbPgUser: { type: z.string().default('reader'), help: 'read-only user at QuestDB' },
  questdbPgPasswordFile: { type: z.string().default(''), help: 'file with the password of that user' },
  partitions: {
    type: z.int().min(1, 'at least 1').max(256, 'at most 256').default(1),
    help: 'how many subjects the telemetry stream is spread over',
  },
  streamMaxBytes: {
    type: z
      .int()
      .min(16 * 1024 ** 2, 'at least 16777216 (16 MiB)')
      .default(8 * 1024 ** 3),
    unit: 'bytes',
    help: 'what the telemetry stream may hold; agents wait while it is full',
  },
  streamMaxAgeHours: {
    type: z.number().positive('more than 0 is needed').default(72),
    unit: 'hours',
    help: 'how long the stream keeps what is stored, so that it can be replayed; what is not stored is kept however old it is',
  },
  ownSamplesSeconds: {
    type: z.int().min(0, 'at least 0').max(3600, 'at most 3600').default(10),
    unit: 'seconds',
    help: 'how often the gateway and the ETL are sampled into the table muster_part; 0 for never',
  },
  stateHistory: {
    type: z.boolean().default(true),
    help: 'record the changes of node states as events; with false a past moment knows no states',
  },
  importFolder: { type: z.string().default(''), help: 'folder of files that callers may import; uploads go below it; empty takes none' },
  importMaxBytes: {
    type: z
      .int()
      .min(1024, 'at least 1024')
      .default(10 * 1024 ** 3),
    unit: 'bytes',
    help: 'what one uploaded file may have',
  },
  metricsPort: { type: port.default(0), help: 'port for Prometheus on 127.0.0.1; 0 for none' },
} satisfies Declaration;

export type GatewayConfig = Config<typeof GATEWAY_CONFIG>;
