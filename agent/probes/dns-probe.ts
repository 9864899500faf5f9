// DNS: how long a resolver takes to answer for a name. Each sample asks anew, past every cache of ours.
import { Resolver } from 'node:dns';
import type { Begin } from './attempts.ts';
import { failedWith, toProbeError } from './probe-error.ts';
import type { DnsRecord } from './probe-spec.ts';

export interface DnsQuestion {
  name: string;
  record: DnsRecord;
  /** `address` or `address:port`; undefined asks those of the system. */
  server: string | undefined;
  timeoutMs: number;
}

export function beginDns({ name, record, server, timeoutMs }: DnsQuestion): Begin {
  return (finish) => {
    const startMs = performance.now();
    const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
    if (server !== undefined) resolver.setServers([server]);
    resolver.resolve(name, record, (error) => {
      // Nobody listens at the resolver: unlike a port that refuses, that is no answer to a question.
      if (error !== null) finish({ ...failedWith(toProbeError(error)), ...(error.code === 'ECONNREFUSED' ? { answered: false } : {}) });
      else finish({ latencyMs: performance.now() - startMs, answered: true, up: true, error: '' });
    });
    return { close: () => resolver.cancel() };
  };
}
