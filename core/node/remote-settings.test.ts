import { expect, test } from 'vitest';
import { z } from 'zod';
import { loadConfig } from './config.ts';
import { checkRemoteDocument, parseRemoteDocument } from './remote-settings.ts';

test('a document with settings that may be set from afar is taken', () => {
  checkRemoteDocument('interval: 1s\r\nlabels:\r\n  region: gh-accra\r\n  latitude: 5.6\r\ncollectorIntervals: {cpu: 1s}\r\n');
  checkRemoteDocument('');
});

test.each([
  ['interval: 1s\nintervall: 2s\n', "document:2: unknown key 'intervall': did you mean interval?"],
  ['logLevel: info\ngateway: evil:7443\n', 'document:2: gateway may not be set from afar (a wrong one would lose the machine)'],
  ['commands: [ping]\n', 'document:1: commands may not be set from afar'],
  ['interval: 1s\ninterval: 2s\n', 'document:2:'],
  ['labels:\n\tregion: gh\n', 'document:2: a tab is used'],
  ['- interval\n', "document:1: expected settings as 'key: value' lines"],
  ['flushInterval: 1s\ninterval: 5\n', 'document:2: interval is 5: a number with its unit from 100ms to 1h is needed'],
  ['labels: {latitude: 200}\n', 'document:1: labels is {"latitude":200}: label latitude is "200": degrees from -90 to 90'],
  ['labels: {Region: gh}\n', '"Region" is not a label'],
  ['collectorIntervals: {cpu: 10ms}\n', 'a collector needs a number with its unit from 1s to 300s'],
  [
    'logLevel: info\nprobes:\n  - {name: z, kind: http, target: "https://x/", caFile: /dev/zero}\n',
    'document:2: probes: caFile may not be set from afar (it reads any file of the machine; `ca` takes the certificates themselves)',
  ],
  ['logLevel: loud\n', 'document:1: logLevel is "loud"'],
])('%j is refused with its line', (text, words) => {
  expect(() => checkRemoteDocument(text)).toThrow(words);
});

test('what was set from afar stands over flags, variables and file, and maps are joined', () => {
  const type = z.record(z.string(), z.string()).default({});
  const declaration = { interval: { type: z.string().default('10s'), help: '' }, labels: { type, help: '' } };
  const over = parseRemoteDocument('interval: 1s\nlabels: {region: gh}\n');
  const config = loadConfig('agent', declaration, { argv: ['--interval=5s', '--labels={"rack":"7","region":"ng"}'], env: {}, over });
  expect(config).toEqual({ interval: '1s', labels: { rack: '7', region: 'gh' } });
});
