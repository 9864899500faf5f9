// Makes, for one probe, what begins its samples. Modules of a kind are loaded when the first probe of that kind is there.
import { AGENT_VERSION } from '../agent-version.ts';
import type { Begin, Begun } from './attempts.ts';
import { readCaFile } from './ca-file.ts';
import type { NameCache } from './name-cache.ts';
import { failedWith, toProbeError } from './probe-error.ts';
import type { ProbeOutcome, ProbeSpec } from './probe-spec.ts';

const FALLBACK_PORT = 443;

/** icmp is here what stands in for it where `ping` cannot be used: a knock at a TCP port. */
export async function createProber(spec: ProbeSpec, names: NameCache): Promise<Begin> {
  switch (spec.kind) {
    case 'tcp':
    case 'icmp': {
      const { beginTcp, parseHostPort } = await import('./tcp-probe.ts');
      const refusalIsEcho = spec.kind === 'icmp';
      const { host, port } = refusalIsEcho ? { host: spec.target, port: spec.port ?? FALLBACK_PORT } : parsed(parseHostPort(spec.target));
      return resolved(names, host, (addresses) => beginTcp({ addresses, port, refusalIsEcho }));
    }
    case 'http': {
      const { beginHttp } = await import('./http-probe.ts');
      const url = new URL(spec.target);
      const ca = spec.caFile === undefined ? spec.ca : await readCaFile(spec.caFile);
      if (ca === 'unreadable') return (finish) => endAtOnce(finish, { ...failedWith('ca_file_unreadable'), answered: false });
      const common = { url, ca, expectStatus: spec.expectStatus, userAgent: `muster-agent/${AGENT_VERSION}` };
      return resolved(names, url.hostname.replace(/^\[|\]$/g, ''), (addresses) => beginHttp({ ...common, addresses }));
    }
    case 'dns': {
      const { beginDns } = await import('./dns-probe.ts');
      return beginDns({ name: spec.target, record: spec.record ?? 'A', server: spec.server, timeoutMs: spec.timeout });
    }
  }
}

function parsed<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a target passed validation and is no host:port');
  return value;
}

/** The sample begins when the name is known. Where the look-up fails, nothing of the target itself was heard. */
function resolved(names: NameCache, host: string, toBegin: (addresses: readonly string[]) => Begin): Begin {
  return (finish) => {
    const addresses = names.resolveAll(host);
    if (!(addresses instanceof Promise)) return toBegin(addresses)(finish);
    let begun: Begun | undefined;
    let closed = false;
    addresses
      .then((found) => {
        if (!closed) begun = toBegin(found)(finish);
      })
      .catch((error: unknown) => finish({ ...failedWith(toProbeError(error)), answered: false }));
    return {
      close() {
        closed = true;
        begun?.close();
      },
      late: () => begun?.late?.() ?? failedWith('timed_out'),
    };
  };
}

function endAtOnce(finish: (outcome: ProbeOutcome) => void, outcome: ProbeOutcome): Begun {
  queueMicrotask(() => finish(outcome));
  return { close: () => undefined };
}
