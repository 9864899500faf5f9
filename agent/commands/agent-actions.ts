// `flush`, `restart_agent` and `diagnostics`: the agent itself.
import { loadavg, uptime } from 'node:os';
import { type HostCommand, OK } from './host-command.ts';

/** From the result's sending to the end, so that the transport has carried it out of the process. */
const LAST_WORDS_MS = 300;

export const FLUSH: HostCommand = {
  rules: {},
  async run(_, context) {
    await context.write(`${await context.agent.flush()}\n`);
    return OK;
  },
};

export const RESTART_AGENT: HostCommand = {
  rules: {},
  async run(_, context) {
    await context.write('the agent ends in good order; its supervisor starts it again\n');
    return { status: 'ok', afterwards: () => setTimeout(() => context.agent.restart(), LAST_WORDS_MS) };
  },
};

export const DIAGNOSTICS: HostCommand = {
  rules: {},
  async run(_, context) {
    const { rss, heapUsed, external } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const bundle = {
      takenAt: new Date().toISOString(),
      process: {
        pid: process.pid,
        node: process.version,
        uptimeSeconds: Math.round(process.uptime()),
        cpuSeconds: (user + system) / 1e6,
        rssBytes: rss,
        heapUsedBytes: heapUsed,
        externalBytes: external,
      },
      machine: { uptimeSeconds: Math.round(uptime()), loadAverage: loadavg() },
      ...context.agent.describe(),
    };
    await context.write(`${JSON.stringify(withoutSecrets(bundle), null, 2)}\n`);
    return OK;
  },
};

const SECRET = /secret|password|passphrase|authorization|cookie|credential|token$|key$/i;

/** `https://user:password@host` */
const LOGIN_IN_URL = /\/\/[^/?#\s@]+@/g;

/** A path to a secret may be shown, the secret never: whatever a setting with such a name holds is left out. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (value instanceof Map) return withoutSecrets(Object.fromEntries(value));
  if (typeof value === 'string') return value.replace(LOGIN_IN_URL, '//left-out@');
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, SECRET.test(name) && inner !== undefined ? 'left out' : withoutSecrets(inner)]),
  );
}
