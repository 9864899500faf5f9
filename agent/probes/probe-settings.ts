// The settings `probes` and `mesh`: what may be written, with defaults and bounds. Loaded by the child that reads the configuration, never
// by the resident agent.
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { nearest } from '../../core/common/nearest.ts';
import { duration } from '../../core/node/setting-types.ts';
import { MAX_CA_BYTES } from './ca-file.ts';
import { type DnsRecord, MESH_NAME, type MeshSpec, PACKETS_OF, PROBE_LIMITS, type ProbeKind, type ProbeSpec } from './probe-spec.ts';
import { parseHostPort } from './tcp-probe.ts';

const HOST = /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;
const MAX_TARGET = 256;
const RECORDS = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT'] as const satisfies readonly DnsRecord[];

const tagText = z.string().max(64, 'at most 64 characters');
const port = z.number('a port from 1 to 65535').int().min(1, 'a port from 1 to 65535').max(65_535, 'a port from 1 to 65535');
const times = {
  interval: duration(1000, 3_600_000, 'a number with its unit from 1s to 1h is needed, such as 10s').prefault('10s'),
  timeout: duration(100, 30_000, 'a number with its unit from 100ms to 30s is needed, such as 3s').optional(),
  window: duration(10_000, 3_600_000, 'a number with its unit from 10s to 1h is needed, such as 60s').prefault('60s'),
};
const common = {
  ...times,
  name: z
    .string('a name is needed')
    .regex(/^[\p{L}\p{N}][\p{L}\p{N}._:/ -]{0,63}$/u, 'a name of at most 64 letters, digits, dots, dashes')
    .refine((name) => name !== MESH_NAME, `'${MESH_NAME}' is the name of the rows of the mesh: take another`),
  targetCountry: tagText.optional(),
  targetRegion: tagText.optional(),
  targetNode: tagText.optional(),
};

const host = z.string().refine((text) => isIP(text) !== 0 || HOST.test(text), 'a host name or an IP address is needed');
const hostPort = z.string().refine((text) => isHostPort(text), 'host:port is needed, such as db.example.org:5432 or [2001:db8::1]:22');
const url = z.string().refine(isUrl, 'a URL that begins with http:// or https:// is needed, without user and password');
const server = z
  .string()
  .refine(
    (text) => isIP(text) !== 0 || isIP(parseHostPort(text)?.host ?? '') !== 0,
    'the IP address of a resolver is needed, with or without :port',
  );

const KINDS = {
  icmp: z.strictObject({ ...common, kind: z.literal('icmp'), target: host, port: port.optional() }),
  tcp: z.strictObject({ ...common, kind: z.literal('tcp'), target: hostPort }),
  http: z.strictObject({
    ...common,
    kind: z.literal('http'),
    target: url,
    expectStatus: z.array(z.number().int().min(100).max(599)).min(1).max(16).optional(),
    ca: z.string().max(MAX_CA_BYTES, `at most ${MAX_CA_BYTES} characters`).refine(isPem, 'certificates in PEM are needed').optional(),
    caFile: z.string().min(1).optional(),
  }),
  dns: z.strictObject({
    ...common,
    kind: z.literal('dns'),
    target: host,
    server: server.optional(),
    record: z.enum(RECORDS).optional(),
  }),
};

const MESH = z.strictObject({
  ...times,
  label: z.string('a label is needed').regex(/^[a-z][a-z0-9_]{0,63}=.{1,256}$/, 'a label as key=value is needed, such as role=probe'),
  kind: z.enum(['icmp', 'tcp']).default('icmp'),
  port: port.default(22),
  peers: z.number().int().min(1).max(PROBE_LIMITS.meshPeers, `at most ${PROBE_LIMITS.meshPeers} peers`).default(PROBE_LIMITS.meshPeers),
  network: z.string().refine(isNetwork, 'a network as address/bits is needed, such as 10.0.0.0/8').optional(),
});

function isPem(text: string): boolean {
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return certificates.length > 0 && certificates.every(isCertificate);
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}

function isHostPort(text: string): boolean {
  const parsed = parseHostPort(text);
  return parsed !== undefined && text.length <= MAX_TARGET && (isIP(parsed.host) !== 0 || HOST.test(parsed.host));
}

function isUrl(text: string): boolean {
  if (text.length > MAX_TARGET || !/^https?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

function isNetwork(text: string): boolean {
  const [address = '', bits = ''] = text.split('/');
  const version = isIP(address);
  return version !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}

/** Less than the interval, so that a sample is over before the next one begins. */
function withTimeout<T extends { interval: number; window: number; timeout?: number | undefined }>(times: T): T & { timeout: number } {
  const timeout = times.timeout ?? Math.min(3000, times.interval / 2);
  if (timeout >= times.interval) throw new Refusal(`timeout is ${timeout} ms, and the interval ${times.interval} ms: it must be less`);
  if (times.window < times.interval)
    throw new Refusal(`window is ${times.window} ms: at least the interval of ${times.interval} ms is needed`);
  return { ...times, timeout };
}

/** What is wrong, for the person who wrote it. */
class Refusal extends Error {}

function parseWith<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0] as z.core.$ZodIssue;
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
    throw new Refusal(`unknown key '${key}': did you mean ${nearest(key, known) ?? known.join(', ')}?`);
  }
  throw new Refusal(issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`);
}

function parseProbe(value: unknown): ProbeSpec {
  const kind = (value as { kind?: unknown } | null)?.kind;
  if (typeof kind !== 'string' || !Object.hasOwn(KINDS, kind)) throw new Refusal(`kind is one of ${Object.keys(KINDS).join(', ')}`);
  const schema: z.ZodType<Omit<ProbeSpec, 'timeout'> & { timeout?: number | undefined }> = KINDS[kind as ProbeKind];
  const probe = parseWith(schema, value);
  if (probe.ca !== undefined && probe.caFile !== undefined) throw new Refusal('ca and caFile say the same: leave one out');
  return withTimeout(probe);
}

function parseProbes(value: unknown): ProbeSpec[] {
  if (!Array.isArray(value)) throw new Refusal('a list of probes is needed, each with name, kind and target');
  if (value.length > PROBE_LIMITS.probes) throw new Refusal(`${value.length} probes are too many: at most ${PROBE_LIMITS.probes}`);
  const names = new Set<string>();
  const probes = value.map((one, i) => {
    const name = (one as { name?: unknown } | null)?.name;
    return named(`probe ${i + 1}${typeof name === 'string' ? ` (${name.slice(0, 64)})` : ''}`, () => {
      const probe = parseProbe(one);
      if (names.has(probe.name)) throw new Refusal('another probe has this name: each needs one of its own');
      names.add(probe.name);
      return probe;
    });
  });
  assertRate(probes);
  return probes;
}

function named<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof Refusal ? new Refusal(`${what}: ${error.message}`) : error;
  }
}

/** What an agent sends is bounded, however its probes are set. The peers of a mesh count with theirs: those bounds are its own. */
function assertRate(probes: readonly Pick<ProbeSpec, 'kind' | 'interval'>[]): void {
  const icmp = probes.filter(({ kind }) => kind === 'icmp').length;
  if (icmp > PROBE_LIMITS.icmp)
    throw new Refusal(`${icmp} probes by icmp are too many: each is a running program, at most ${PROBE_LIMITS.icmp}`);
  const samples = sum(probes.map(({ interval }) => 1000 / interval));
  const packets = sum(probes.map(({ interval, kind }) => (1000 / interval) * PACKETS_OF[kind]));
  for (const [what, rate, limit] of [
    ['samples', samples, PROBE_LIMITS.samplesPerSecond],
    ['packets', packets, PROBE_LIMITS.packetsPerSecond],
  ] as const) {
    if (rate > limit) throw new Refusal(`together ${Math.ceil(rate)} ${what} a second, at most ${limit}: lengthen intervals`);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** Nothing (`mesh: null`) is no mesh. */
function parseMesh(value: unknown): MeshSpec | undefined {
  if (value === null) return undefined;
  const mesh = withTimeout(parseWith(MESH, value));
  assertRate(Array.from({ length: mesh.peers }, () => mesh));
  return mesh;
}

function setting<T>(parse: (value: unknown) => T): z.ZodType<T> {
  return z.any().transform((value: unknown, context) => {
    try {
      return parse(value);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });
}

export const probesSetting: z.ZodType<ProbeSpec[]> = setting(parseProbes).prefault([]);
export const meshSetting: z.ZodType<MeshSpec | undefined> = setting(parseMesh).optional();
