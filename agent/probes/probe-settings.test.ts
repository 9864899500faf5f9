import { rootCertificates } from 'node:tls';
import { expect, test } from 'vitest';
import { meshSetting, probesSetting } from './probe-settings.ts';

const parse = (...probes: unknown[]) => probesSetting.safeParse(probes);
const refusal = (...probes: unknown[]): string => parse(...probes).error?.issues[0]?.message ?? 'accepted';
const HTTP = { name: 'api', kind: 'http', target: 'https://api.example.org/' };
const PEM = rootCertificates[0] as string;
const TCP = { name: 'db', kind: 'tcp', target: '10.0.0.5:5432' };

test('what is left out has its default', () => {
  expect(parse(TCP).data).toEqual([{ ...TCP, interval: 10_000, timeout: 3000, window: 60_000 }]);
  expect(parse({ ...TCP, interval: '2s' }).data?.[0]?.timeout, 'never as long as the interval').toBe(1000);
  expect(probesSetting.parse(undefined)).toEqual([]);
});

test.each([
  [{ name: 'gw', kind: 'icmp', target: 'gw.example.org', port: 22, interval: '5s', timeout: '2s', window: '1m', targetCountry: 'gh' }],
  [{ name: 'gw', kind: 'icmp', target: '2001:db8::1' }],
  [{ name: 'ssh 6', kind: 'tcp', target: '[2001:db8::1]:22' }],
  [{ name: 'api', kind: 'http', target: 'https://api.example.org/health?x=1', expectStatus: [200, 204], caFile: '/etc/ca.pem' }],
  [{ name: 'api', kind: 'http', target: 'https://api.example.org/', ca: PEM }],
  [{ name: 'dns', kind: 'dns', target: 'example.org', server: '10.0.0.53:5353', record: 'MX' }],
])('%j is taken', (probe) => {
  expect(refusal(probe)).toBe('accepted');
});

test.each([
  [{ ...TCP, intervall: '1s' }, "probe 1 (db): unknown key 'intervall': did you mean interval?"],
  [{ ...TCP, kind: 'udp' }, 'probe 1 (db): kind is one of icmp, tcp, http, dns'],
  [{ ...TCP, interval: '500ms' }, 'probe 1 (db): interval: a number with its unit from 1s to 1h is needed, such as 10s'],
  [{ ...TCP, interval: 10 }, 'probe 1 (db): interval: a number with its unit'],
  [{ ...TCP, timeout: '10s' }, 'probe 1 (db): timeout is 10000 ms, and the interval 10000 ms: it must be less'],
  [{ ...TCP, interval: '5m' }, 'probe 1 (db): window is 60000 ms: at least the interval of 300000 ms'],
  [{ ...TCP, target: '10.0.0.5' }, 'probe 1 (db): target: host:port is needed'],
  [{ ...TCP, target: '10.0.0.5:70000' }, 'probe 1 (db): target: host:port is needed'],
  [{ ...TCP, target: '-oProxy:22' }, 'probe 1 (db): target: host:port is needed'],
  [{ ...TCP, name: 'mesh' }, "probe 1 (mesh): name: 'mesh' is the name of the rows of the mesh"],
  [{ ...TCP, name: 'a\nb' }, 'name: a name of at most 64 letters'],
  [{ kind: 'tcp', target: '10.0.0.5:22' }, 'probe 1: name: a name is needed'],
  [{ name: 'gw', kind: 'icmp', target: '-f' }, 'target: a host name or an IP address is needed'],
  [{ name: 'gw', kind: 'icmp', target: 'a b; reboot' }, 'target: a host name or an IP address is needed'],
  [{ name: 'api', kind: 'http', target: 'ftp://x' }, 'target: a URL that begins with http:// or https:// is needed'],
  [{ name: 'api', kind: 'http', target: 'https://user:secret@x/' }, 'without user and password'],
  [{ name: 'dns', kind: 'dns', target: 'example.org', server: 'resolver.example.org' }, 'server: the IP address of a resolver'],
  [{ ...HTTP, ca: 'x' }, 'probe 1 (api): ca: certificates in PEM are needed'],
  [{ ...HTTP, ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }, 'ca: certificates in PEM are needed'],
  [{ ...HTTP, ca: 'x'.repeat(300_000) }, 'ca: at most 262144 characters'],
  [{ ...HTTP, ca: PEM, caFile: '/etc/ca.pem' }, 'probe 1 (api): ca and caFile say the same: leave one out'],
  ['tcp', 'probe 1: kind is one of'],
  [null, 'probe 1: kind is one of'],
])('%j is refused', (probe, words) => {
  expect(refusal(probe)).toContain(words);
});

test('the bounds of an agent', () => {
  const many = (count: number, more: object) => Array.from({ length: count }, (_, i) => ({ ...TCP, name: `p${i}`, ...more }));
  expect(refusal(...many(256, {}))).toBe('accepted');
  expect(refusal(...many(257, {}))).toBe('257 probes are too many: at most 256');
  expect(refusal(...many(60, { interval: '1s' }))).toBe('together 60 samples a second, at most 50: lengthen intervals');
  const http = { kind: 'http', target: 'http://10.0.0.5/', interval: '1s' };
  expect(refusal(...many(40, http))).toBe('together 400 packets a second, at most 300: lengthen intervals');
  expect(refusal(...many(65, { kind: 'icmp', target: '10.0.0.5' }))).toContain('65 probes by icmp are too many');
  expect(refusal(TCP, TCP)).toBe('probe 2 (db): another probe has this name: each needs one of its own');
});

test('mesh', () => {
  expect(meshSetting.parse(undefined)).toBeUndefined();
  expect(meshSetting.parse(null)).toBeUndefined();
  expect(meshSetting.parse({ label: 'role=probe' })).toEqual({
    ...{ label: 'role=probe', kind: 'icmp', port: 22, peers: 32 },
    ...{ interval: 10_000, timeout: 3000, window: 60_000 },
  });
  const words = (value: unknown): string => meshSetting.safeParse(value).error?.issues[0]?.message ?? 'accepted';
  expect(words({})).toBe('label: a label is needed');
  expect(words({ label: 'role' })).toContain('label: a label as key=value is needed');
  expect(words({ label: 'role=probe', peers: 33 })).toBe('peers: at most 32 peers');
  expect(words({ label: 'role=probe', network: '10.0.0.0' })).toContain('network: a network as address/bits');
  expect(words({ label: 'role=probe', kind: 'http' })).toContain('kind:');
  expect(words({ label: 'role=probe', prot: 1 })).toBe("unknown key 'prot': did you mean port?");
});
