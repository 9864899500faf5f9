import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { electronProgram, hasDisplay } from './electron-part.ts';
import { configText } from './muster-parts.ts';
import { natsServerConfig } from './nats-server-part.ts';
import { questdbConfig } from './questdb-part.ts';

const NATS = {
  program: 'nats-server',
  dir: '/state/with "quote"',
  port: 7422,
  monitorPort: 7423,
  gateway: { user: 'gateway', password: 'a"b\\c' },
  etl: { user: 'etl', password: 'e' },
  consumer: { user: 'consumer', password: 'c' },
};

it('configures nats-server so that an acknowledgement means on disk, on loopback only', () => {
  const text = natsServerConfig(NATS);
  expect(text).toContain('sync_interval: always');
  expect(text).toContain('max_payload: 1048576');
  expect(text.match(/^(listen|http): .*$/gm)).toEqual(['listen: "127.0.0.1:7422"', 'http: "127.0.0.1:7423"']);
  expect(text).toContain('store_dir: "/state/with \\"quote\\"/jetstream"');
  expect(text).toContain('password: "a\\"b\\\\c"');
});

it('configures QuestDB with logins, synchronous commits and nothing else to talk to', () => {
  const settings = new Map(
    questdbConfig({
      java: 'java',
      jar: 'questdb.jar',
      dir: '/q',
      httpPort: 7490,
      pgPort: 7481,
      admin: { user: 'admin', password: 'a' },
      reader: { user: 'reader', password: 'r' },
    })
      .trimEnd()
      .split('\n')
      .map((line) => line.split('=') as [string, string]),
  );
  expect(Object.fromEntries(settings)).toMatchObject({
    'http.bind.to': '127.0.0.1:7490',
    'pg.net.bind.to': '127.0.0.1:7481',
    'cairo.commit.mode': 'sync',
    'cairo.sql.copy.root': '',
    'cairo.sql.copy.export.root': '',
    'line.auto.create.new.tables': 'false',
    'line.auto.create.new.columns': 'false',
    'line.tcp.enabled': 'false',
    'http.min.enabled': 'false',
    'telemetry.enabled': 'false',
    'pg.readonly.user.enabled': 'true',
    'query.timeout': '60s',
    // ILP waits for no reader, and a statement looks often whether its time is up.
    'pg.worker.count': '6',
    'circuit.breaker.throttle': '2000',
    'cairo.sql.sort.key.max.pages': '256',
  });
});

it('writes settings of our parts as YAML that reads back the same', () => {
  const settings = { port: 7443, caFile: '/a: b#c', list: ['x'], nothing: '' };
  expect(parse(configText(settings))).toEqual(settings);
});

it('knows the program of Electron on each system, and where a window can be shown', () => {
  expect(electronProgram('/e', 'linux')).toBe('/e/electron');
  expect(electronProgram('/e', 'darwin')).toBe('/e/Electron.app/Contents/MacOS/Electron');
  expect([hasDisplay('linux', {}), hasDisplay('linux', { DISPLAY: ':0' }), hasDisplay('darwin', {})]).toEqual([false, true, true]);
});
