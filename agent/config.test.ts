// Bad inputs 1 to 3: what the agent says of a configuration it does not take.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../core/node/config.ts';
import { AGENT_DECLARATION } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-agent-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const load = (...argv: string[]) => loadConfig('agent', AGENT_DECLARATION, { argv, env: {} });
function file(text: string): string {
  const path = join(folder, `${Math.random()}.yaml`);
  writeFileSync(path, text);
  return path;
}

test.each(['0', '-1', '1e9', '5 m', 'NaN', '50ms', '2h', '1000', 's', '1d', 'Infinity'])(
  'interval %s is refused with the range',
  (value) => {
    expect(() => load(`--interval=${value}`)).toThrow(/^--interval: interval is .*: a number with its unit from 100ms to 1h is needed/);
  },
);

test.each([
  ['100ms', 100],
  ['1s', 1000],
  ['0.5s', 500],
  ['5m', 300_000],
  ['1h', 3_600_000],
])('interval %s is taken', (text, ms) => {
  expect(load('--interval', text).interval).toBe(ms);
});

test('without a file all has its default', () => {
  expect(load()).toMatchObject({ interval: 10_000, flushInterval: 1000, spoolMaxBytes: 268_435_456, labels: {}, collectorsDisabled: [] });
});

test('a file that is missing, empty or a folder is one sentence with its path', () => {
  expect(() => load('--config', '/no/such/file')).toThrow('configuration file /no/such/file does not exist');
  expect(() => load('--config', folder)).toThrow(`configuration file ${folder} is a folder, not a file`);
  const empty = file('');
  expect(() => load('--config', empty)).toThrow(`configuration file ${empty} is empty`);
});

test('an unknown key, a key twice and a tab are named with their line', () => {
  const unknown = file('interval: 1s\nspoolMaxByte: 5\n');
  expect(() => load('--config', unknown)).toThrow(`${unknown}:2: unknown key 'spoolMaxByte': did you mean spoolMaxBytes?`);
  const twice = file('interval: 1s\ninterval: 2s\n');
  expect(() => load('--config', twice)).toThrow(`${twice}:2:`);
  const tab = file('labels:\n\tcountry: gh\n');
  expect(() => load('--config', tab)).toThrow(`${tab}:2:`);
});

test('a byte-order mark and CRLF are fine', () => {
  expect(load('--config', file('\uFEFFinterval: 2s\r\nlabels:\r\n  country: gh\r\n'))).toMatchObject({
    interval: 2000,
    labels: { country: 'gh' },
  });
});

test('a collector that does not exist and a name that is no host:port are refused', () => {
  expect(() => load('--collectors-disabled', '["cpuu"]')).toThrow('--collectors-disabled');
  expect(() => load('--gateway', 'nowhere')).toThrow('--gateway: gateway is "nowhere": host:port is needed');
});
