// What a probe is: the settings as they are after validation, and what one sample of it came to.

export type ProbeKind = 'icmp' | 'tcp' | 'http' | 'dns';

/** One probe. Times in milliseconds. */
export interface ProbeSpec {
  /** Unique on this agent; the tag `probe`. */
  readonly name: string;
  readonly kind: ProbeKind;
  /** `host` (icmp), `host:port` (tcp), an http(s) URL, or the name to look up (dns). */
  readonly target: string;
  readonly interval: number;
  /** Less than the interval. */
  readonly timeout: number;
  /** One row is made of the samples of so long a time. */
  readonly window: number;
  /** Where the target is, as far as known: tags of the rows. */
  readonly targetCountry?: string | undefined;
  readonly targetRegion?: string | undefined;
  readonly targetNode?: string | undefined;
  /** icmp: the TCP port to knock at where `ping` cannot be used; a refusal is an answer too. */
  readonly port?: number | undefined;
  /** http: what counts as up; default every status below 400. */
  readonly expectStatus?: readonly number[] | undefined;
  /** http: certificates to trust in place of the public ones, PEM. */
  readonly ca?: string | undefined;
  /** http: a file with them, in place of `ca`; never set from afar. */
  readonly caFile?: string | undefined;
  /** dns: resolver to ask, `address` or `address:port`; default those of the system. */
  readonly server?: string | undefined;
  /** dns: type of record; default `A`. */
  readonly record?: DnsRecord | undefined;
}

export type DnsRecord = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SOA' | 'SRV' | 'TXT';

/** Agents that probe each other. Times in milliseconds. */
export interface MeshSpec {
  /** `key=value`: the nodes that bear this label are the mesh; this one must bear it too. */
  readonly label: string;
  readonly kind: 'icmp' | 'tcp';
  readonly port: number;
  readonly interval: number;
  readonly timeout: number;
  readonly window: number;
  /** How many others are probed at most. */
  readonly peers: number;
  /** `10.0.0.0/8`: of a peer's addresses, the first in this network is taken. */
  readonly network?: string | undefined;
}

/** Why a sample was not good: a bounded list of words. */
export type ProbeError =
  | 'timed_out'
  | 'refused'
  | 'reset'
  | 'unreachable'
  | 'name_not_found'
  | 'no_data'
  | 'server_failed'
  | 'certificate_expired'
  | 'certificate_invalid'
  | 'ca_file_unreadable'
  | 'bad_status'
  | 'protocol_error'
  | 'failed';

/** What one sample came to. */
export interface ProbeOutcome {
  /** Of an answer that says how far the target is; NaN where there was none. */
  readonly latencyMs: number;
  /** False where nothing came back: that is what loss is. A refusal is an answer. */
  readonly answered: boolean;
  /** The target does what it is there for. */
  readonly up: boolean;
  /** Empty where it is up. */
  readonly error: '' | ProbeError;
  /** http only. */
  readonly status?: number;
  readonly ttfbMs?: number;
  readonly tlsMs?: number;
  /** Until the certificate ends; negative after it. */
  readonly tlsDaysLeft?: number;
}

/** Name of the rows of the mesh, in the tag `probe`; no other probe may bear it. */
export const MESH_NAME = 'mesh';

/** Bounds of one agent. A sample costs its kind's packets. */
export const PROBE_LIMITS = { probes: 256, icmp: 64, meshPeers: 32, samplesPerSecond: 50, packetsPerSecond: 300, concurrent: 64 } as const;
export const PACKETS_OF: Readonly<Record<ProbeKind, number>> = { icmp: 1, dns: 1, tcp: 3, http: 10 };
