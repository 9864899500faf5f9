// `dns`: what the name servers of the machine answer.
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { HOST, oneOf } from './argument-rules.ts';
import { type HostCommand, OK } from './host-command.ts';

const TYPES = ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT'];
const TRY_MS = 3000;
const TRIES = 2;

export const DNS: HostCommand = {
  rules: { name: HOST, type: oneOf(TYPES, 'A') },
  async run({ name, type }, context) {
    const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES });
    const cancel = (): void => resolver.cancel();
    context.signal.addEventListener('abort', cancel, { once: true });
    const since = performance.now();
    try {
      const asked = String(name);
      const reverse = isIP(asked) !== 0;
      const answer: unknown = reverse ? await resolver.reverse(asked) : await resolver.resolve(asked, String(type));
      const records = Array.isArray(answer) ? answer : [answer];
      const lines = records.map((record) => `${asked}  ${reverse ? 'PTR' : type}  ${recordText(record)}\n`);
      await context.write(lines.join(''));
      const servers = resolver.getServers().join(', ') || 'none';
      await context.write(`${records.length} records in ${(performance.now() - since).toFixed(1)} ms; name servers: ${servers}\n`);
      return OK;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return { status: 'failed', problem: `${type} of ${name} could not be resolved: ${WORDS[code ?? ''] ?? String(error)}` };
    } finally {
      context.signal.removeEventListener('abort', cancel);
    }
  },
};

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such name (ENOTFOUND)',
  ENODATA: 'the name has no record of this type (ENODATA)',
  ETIMEOUT: 'no name server answered in time (ETIMEOUT)',
  ECONNREFUSED: 'no name server can be reached (ECONNREFUSED)',
  ESERVFAIL: 'the name server failed (ESERVFAIL)',
};

function recordText(record: unknown): string {
  if (typeof record === 'string') return record;
  // The pieces of a TXT record belong together.
  if (Array.isArray(record)) return JSON.stringify(record.join(''));
  return Object.entries(record as Record<string, unknown>)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}
