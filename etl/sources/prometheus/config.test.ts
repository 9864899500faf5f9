import { expect, it } from 'vitest';
import { readExtractionConfig } from './config.ts';

const ENDS = { gateway: '127.0.0.1:7443', gatewayCaFile: 'ca.crt', tokenFile: 'token', stateDir: 'state' };
const read = (text: string, over = {}, under = ENDS) => readExtractionConfig('p.yaml', text, over, under);
const POD = { label: 'pod', tag: 'pod' };
const URL_LINE = 'url: http://127.0.0.1:9090\n';

it('takes ready-made queries by their names, and PromQL with a table, tags and a node of its own', () => {
  const config = read(`
url: https://prom.example:9090/base
step: 30s
labels: [job]
queries:
  - up
  - ready: error_rate
    metric: prometheus_http_requests_total
    range: 1m
  - name: lag
    query: sum by (group) (consumer_lag)
    step: 1m
    measurement: consumer_lag
    labels: {group: consumer_group}
    nodeLabel: pod
    node: kafka
`);
  expect(config).toMatchObject({ name: 'prom.example-9090', gateway: '127.0.0.1:7443', lag: 30_000, timeout: 30_000, retries: 8 });
  expect(config.queries).toEqual([
    expect.objectContaining({ name: 'up', promql: 'up', stepMs: 30_000, measurement: 'up', node: 'prom.example-9090' }),
    expect.objectContaining({
      name: 'error_rate',
      promql: expect.stringContaining('rate(prometheus_http_requests_total{code=~"5.."}[1m])'),
      // The instance is a tag: several of one machine are one node.
      labels: [
        { label: 'job', tag: 'job' },
        { label: 'instance', tag: 'instance' },
      ],
    }),
    {
      ...{ name: 'lag', promql: 'sum by (group) (consumer_lag)', stepMs: 60_000, measurement: 'consumer_lag', metrics: undefined },
      ...{ labels: [{ label: 'group', tag: 'consumer_group' }, POD], nodeLabel: 'pod', node: 'kafka' },
    },
  ]);
});

it('takes the interval between cycles under its own name, and as small agents name it', () => {
  const interval = (line: string): number => read(`${URL_LINE}${line}queries: [up]\n`).interval;
  expect([interval(''), interval('interval: 5m\n'), interval('interval_seconds: 300\n'), interval('interval_seconds: 0.5\n')]).toEqual([
    ...[0, 300_000, 300_000, 500],
  ]);
  expect(() => interval('interval: 5m\ninterval_seconds: 300\n')).toThrow('p.yaml:3: interval_seconds is 300: it is the same as interval');
  expect(() => interval('interval_seconds: 5m\n')).toThrow('a number of seconds is needed');
});

it('prefers the command line to the file, and the file to the state folder', () => {
  const text = `${URL_LINE}gateway: file:1\ntokenFile: of-file\nqueries: [up]\n`;
  expect(read(text, { gateway: 'flag:1' })).toMatchObject({ gateway: 'flag:1', tokenFile: 'of-file', gatewayCaFile: 'ca.crt' });
  expect(() => readExtractionConfig('p.yaml', text, {}, {})).toThrow('p.yaml: gatewayCaFile is missing');
});

it.each([
  [
    'a mistyped key of a query',
    `${URL_LINE}queries:\n  - up\n  - name: x\n    qery: up\n`,
    "p.yaml:5: unknown key 'qery' in queries[1]: did you mean query?",
  ],
  ['a mistyped key', `${URL_LINE}querys: [up]\n`, "p.yaml:2: unknown key 'querys': did you mean queries?"],
  [
    'a mistyped ready-made query',
    `${URL_LINE}queries:\n  - up\n  - p95_latncy\n`,
    'p.yaml:4: queries[1] is "p95_latncy": there is no such ready-made query: did you mean p95_latency?',
  ],
  ['a step without unit', `${URL_LINE}queries:\n  - ready: up\n    step: 15\n`, 'p.yaml:4: queries[0].step is 15: a number of seconds'],
  ['a step of parts of a second', `${URL_LINE}step: 1500ms\nqueries: [up]\n`, 'p.yaml:2: step is "1500ms": whole seconds are needed'],
  ['no address', 'queries: [up]\n', 'url is missing: the address of Prometheus is needed'],
  ['another protocol', 'url: ftp://x\nqueries: [up]\n', 'p.yaml:1: url is "ftp://x": an address such as'],
  ['a password in the address', 'url: http://me:hunter2@x\nqueries: [up]\n', 'url is "http://***@x": an address cannot hold a password'],
  ['a password without user', `${URL_LINE}passwordFile: p\nqueries: [up]\n`, 'p.yaml:2: passwordFile is "p": it needs a username'],
  ['a token and a user', `${URL_LINE}username: u\npasswordFile: p\nbearerTokenFile: t\nqueries: [up]\n`, 'p.yaml:4: bearerTokenFile'],
  ['a CA for plain http', `${URL_LINE}caFile: ca\nqueries: [up]\n`, 'p.yaml:2: caFile is "ca": an address with http:'],
  ['no query', `${URL_LINE}queries: []\n`, 'p.yaml:2: queries is []: at least one query is needed'],
  [
    'a query without a name',
    `${URL_LINE}queries:\n  - query: up\n`,
    'p.yaml:3: queries[0] is {"query":"up"}: a query of your own needs a name',
  ],
  ['both kinds at once', `${URL_LINE}queries:\n  - ready: up\n    query: up\n`, 'either ready or query is needed'],
  ['two queries of one name', `${URL_LINE}queries:\n  - up\n  - up\n`, 'p.yaml:4: queries[1] is "up": there are two queries named up'],
  [
    'a table of Muster itself',
    `${URL_LINE}queries:\n  - ready: up\n    measurement: events\n`,
    'p.yaml:4: queries[0].measurement is "events"',
  ],
  [
    'a label that is a word of SQL',
    `${URL_LINE}queries:\n  - ready: up\n    labels: [group]\n`,
    'group is a word of SQL: choose another name; name the tag as in {group: group_label}',
  ],
  [
    'more points than Prometheus gives',
    `${URL_LINE}pointsPerRequest: 20000\nqueries: [up]\n`,
    'p.yaml:2: pointsPerRequest is 20000: Prometheus answers at most 11000',
  ],
  ['a key twice', `${URL_LINE}step: 15s\nstep: 30s\nqueries: [up]\n`, 'p.yaml:3:'],
  ['a tab', `${URL_LINE}queries:\n\t- up\n`, 'p.yaml:3: a tab is used for indentation'],
  ['a list', '- up\n', "p.yaml:1: expected settings as 'key: value' lines"],
])('refuses %s with its line', (_, text, words) => {
  expect(() => read(text)).toThrow(words);
});
