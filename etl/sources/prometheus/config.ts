// The settings of an extraction: a YAML file with queries, flags of the command line over it.
import { z } from 'zod';
import { columnNameProblem, isReservedMeasurement, measurementNameProblem } from '../../../core/common/measurement-names.ts';
import { MusterError } from '../../../core/common/muster-error.ts';
import { nearestWords } from '../../../core/node/config.ts';
import { duration, logLevelSetting } from '../../../core/node/setting-types.ts';
import { readCheckedYaml } from './checked-yaml.ts';
import { READY_MADE, READY_MADE_NAMES, type ReadyMadeName } from './ready-made.ts';

/** Prometheus refuses a range with more points of one series. */
export const MAX_POINTS = 11_000;
const MAX_QUERIES = 1000;

/** One query as it runs. */
export interface QueryPlan {
  /** Unique; of its state and its counters. */
  readonly name: string;
  readonly promql: string;
  readonly stepMs: number;
  /** Table of all its series; undefined: a series' metric name, else the query's name. */
  readonly measurement: string | undefined;
  /** Metric names that are taken; undefined takes all. */
  readonly metrics: ReadonlySet<string> | undefined;
  /** Labels that become tags; all others are left out. */
  readonly labels: readonly { readonly label: string; readonly tag: string }[];
  /** The label that names the node. */
  readonly nodeLabel: string;
  /** The node of series without that label. */
  readonly node: string;
}

const durationOf = (least: number, most: number, words: string) => duration(least, most, words);
const step = durationOf(1000, 86_400_000, 'a number of seconds, minutes or hours from 1s to 24h is needed, such as 15s or 1m').refine(
  (ms) => ms % 1000 === 0,
  'whole seconds are needed',
);
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const label = z.string('the name of a label is needed').regex(LABEL, 'it is not the name of a label');
const file = z.string('the path of a file is needed').min(1, 'the path of a file is needed');
const measurement = z.string('the name of a table is needed').superRefine((name, context) => {
  const problem =
    measurementNameProblem(name) ?? (isReservedMeasurement(name) ? `${name} is a table of Muster itself: choose another name` : undefined);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

/** `[job, mode]`, or `{group: consumer_group}` where the tag has another name than the label. */
const labels = z
  .preprocess(
    (value) => (Array.isArray(value) ? Object.fromEntries(value.map((name) => [name, name])) : value),
    z.record(z.string(), z.string(), 'a list of labels is needed, or a map from label to tag'),
  )
  .superRefine((map, context) => {
    const tags = Object.values(map);
    for (const [name, tag] of Object.entries(map)) {
      const problem = LABEL.test(name) ? columnNameProblem(tag) : `${JSON.stringify(name)} is not the name of a label`;
      const advice = problem !== undefined && name === tag ? `; name the tag as in {${name}: ${name.toLowerCase()}_label}` : '';
      if (problem !== undefined) context.addIssue({ code: 'custom', message: `${problem}${advice}` });
    }
    if (new Set(tags).size < tags.length) context.addIssue({ code: 'custom', message: 'two labels cannot become the same tag' });
  })
  .transform((map) => Object.entries(map).map(([name, tag]) => ({ label: name, tag })));

export const QUERY_KEYS = {
  name: z
    .string('a name is needed')
    .regex(/^[a-z][a-z0-9_]{0,63}$/, 'a lower-case letter, then letters, digits or underscores, at most 64')
    .optional(),
  ready: z
    .enum(READY_MADE_NAMES, { error: ({ input }) => `there is no such ready-made query: ${nearestWords(String(input), READY_MADE_NAMES)}` })
    .optional(),
  query: z.string('PromQL is needed').trim().min(1, 'PromQL is needed').optional(),
  metric: z.string('the name of a metric is needed').regex(METRIC, 'it is not the name of a metric').optional(),
  range: z
    .string('a duration is needed')
    .regex(/^\d+(ms|s|m|h|d)$/, 'a duration as PromQL writes it is needed, such as 5m')
    .default('5m'),
  step: step.optional(),
  measurement: measurement.optional(),
  metrics: z
    .array(z.string().regex(METRIC, 'it is not the name of a metric'), 'a list of metric names is needed')
    .min(1, 'an empty list takes nothing')
    .optional(),
  labels: labels.optional(),
  nodeLabel: label.optional(),
  node: z.string('the name of a node is needed').min(1, 'the name of a node is needed').optional(),
};

const query = z
  .preprocess(
    (value) => (typeof value === 'string' ? { ready: value } : value),
    z.strictObject(QUERY_KEYS, 'the name of a ready-made query is needed, or name and query'),
  )
  .superRefine(({ ready, query: promql, name, metric }, context) => {
    const problem =
      (ready === undefined) === (promql === undefined)
        ? 'either ready or query is needed'
        : promql !== undefined && name === undefined
          ? 'a query of your own needs a name'
          : metric !== undefined && (ready === undefined || READY_MADE[ready].usualMetric === '')
            ? 'metric belongs to the ready-made request_rate, p95_latency and error_rate'
            : undefined;
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

export const FILE_KEYS = {
  name: z
    .string('a name is needed')
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, '1 to 64 letters, digits, dots, dashes or underscores are needed')
    .optional(),
  url: z.string('the address of Prometheus is needed, such as http://127.0.0.1:9090').superRefine((text, context) => {
    const problem = urlProblem(text);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  }),
  username: z.string('a user name is needed').min(1, 'a user name is needed').optional(),
  passwordFile: file.optional(),
  bearerTokenFile: file.optional(),
  caFile: file.optional(),
  gateway: z
    .string('host:port is needed')
    .regex(/^.+:\d{1,5}$/, 'host:port is needed')
    .optional(),
  gatewayCaFile: file.optional(),
  tokenFile: file.optional(),
  stateDir: z.string('the path of a folder is needed').min(1, 'the path of a folder is needed').optional(),
  step: step.prefault('15s'),
  interval: durationOf(0, 86_400_000, 'a duration from 0s to 24h is needed, such as 5m').optional(),
  // As small agents name it, in seconds.
  interval_seconds: z.number('a number of seconds is needed').min(0, 'from 0 to 86400').max(86_400, 'from 0 to 86400').optional(),
  lag: durationOf(0, 3_600_000, 'a duration from 0s to 1h is needed, such as 30s').prefault('30s'),
  firstSpan: durationOf(0, 30 * 86_400_000, 'a duration from 0s to 720h is needed, such as 1h').prefault('0s'),
  timeout: durationOf(100, 600_000, 'a duration from 100ms to 10m is needed, such as 30s').prefault('30s'),
  retries: z.int('a whole number is needed').min(0, 'from 0 to 100').max(100, 'from 0 to 100').default(8),
  pointsPerRequest: z
    .int('a whole number is needed')
    .min(1, 'at least 1')
    .max(MAX_POINTS, `Prometheus answers at most ${MAX_POINTS} points of a series`)
    .default(1440),
  maxSeries: z.int('a whole number is needed').min(1, 'at least 1').max(10_000_000, 'at most 10000000').default(100_000),
  concurrency: z.int('a whole number is needed').min(1, 'from 1 to 32').max(32, 'from 1 to 32').default(4),
  // As the ETL has it: 0.5 for twelve hours.
  ttlDays: z
    .number('a number of days is needed')
    .min(1 / 6, 'from 4 hours (0.167) to 3650')
    .max(3650, 'from 4 hours (0.167) to 3650')
    .default(30),
  labels: labels.prefault(['job']),
  nodeLabel: label.default('instance'),
  metricsPort: z.int('a port is needed').min(0, 'from 0 to 65535').max(65_535, 'from 0 to 65535').default(0),
  logLevel: logLevelSetting,
  queries: z
    .array(query, 'a list of queries is needed')
    .min(1, 'at least one query is needed')
    .max(MAX_QUERIES, `at most ${MAX_QUERIES} queries`),
};

const FILE = z.strictObject(FILE_KEYS).superRefine((settings, context) => {
  const { username, passwordFile, bearerTokenFile, url, caFile, queries, interval } = settings;
  const problem = (path: PropertyKey[], message: string): void => context.addIssue({ code: 'custom', path, message });
  if (username !== undefined && passwordFile === undefined) problem(['username'], 'it needs a passwordFile');
  if (passwordFile !== undefined && username === undefined) problem(['passwordFile'], 'it needs a username');
  if (bearerTokenFile !== undefined && username !== undefined) problem(['bearerTokenFile'], 'either a user or a token, not both');
  if (caFile !== undefined && url.startsWith('http:')) problem(['caFile'], 'an address with http: has no certificate');
  if (interval !== undefined && settings.interval_seconds !== undefined)
    problem(['interval_seconds'], 'it is the same as interval: give one of them');
  const names = queries.map(nameOf);
  for (const [i, name] of names.entries())
    if (names.indexOf(name) < i) problem(['queries', i], `there are two queries named ${name}: give one another name`);
});

/** All settings, with what flags and the state folder of `muster up` add. */
export interface ExtractionConfig
  extends Omit<
    z.output<typeof FILE>,
    'name' | 'queries' | 'gateway' | 'gatewayCaFile' | 'tokenFile' | 'stateDir' | 'labels' | 'interval' | 'interval_seconds'
  > {
  /** Between cycles, ms; 0: whenever the next step is due. */
  readonly interval: number;
  /** Of the source: tells its rows' numbers and its state from others'. */
  readonly name: string;
  readonly gateway: string;
  readonly gatewayCaFile: string;
  readonly tokenFile: string;
  readonly stateDir: string;
  readonly queries: readonly QueryPlan[];
}

/** What may stand on the command line instead of in the file. */
export type Place = 'gateway' | 'gatewayCaFile' | 'tokenFile' | 'stateDir';

/** `over` stands over the file, `under` stands in for what neither has. Throws `invalid_config` with file, line, key, value and what is allowed. */
export function readExtractionConfig(
  path: string,
  text: string,
  over: Partial<Record<Place, string>>,
  under: Partial<Record<Place, string>>,
): ExtractionConfig {
  const known = (place: readonly PropertyKey[]): string[] => Object.keys(place.length === 0 ? FILE_KEYS : QUERY_KEYS);
  const { interval_seconds: seconds, interval = Math.round((seconds ?? 0) * 1000), ...settings } = readCheckedYaml(FILE, known, path, text);
  const placeOf = (key: Place, what: string): string => {
    const value = over[key] ?? settings[key] ?? under[key];
    if (value === undefined) throw new MusterError('invalid_config', `${path}: ${key} is missing: ${what}`);
    return value;
  };
  const name =
    settings.name ??
    new URL(settings.url).host
      .replace(/[^A-Za-z0-9.-]+/g, '-')
      .replace(/^-+/, '')
      .slice(0, 64);
  return {
    ...settings,
    interval,
    name,
    gateway: placeOf('gateway', 'name the gateway as host:port, or start Muster with muster up'),
    gatewayCaFile: placeOf('gatewayCaFile', "name the file with the fleet's CA certificate"),
    tokenFile: placeOf('tokenFile', 'name the file with an access token that has the scope push'),
    stateDir: placeOf('stateDir', 'name a folder for the high-water marks'),
    queries: settings.queries.map((entry) => ({
      name: nameOf(entry),
      promql: entry.ready === undefined ? (entry.query as string) : readyMade(entry.ready, entry.metric, entry.range),
      stepMs: entry.step ?? settings.step,
      measurement: entry.measurement ?? (entry.ready === undefined ? undefined : nameOf(entry)),
      metrics: entry.metrics && new Set(entry.metrics),
      ...taggedBy(entry.labels ?? settings.labels, entry.nodeLabel ?? settings.nodeLabel),
      node: entry.node ?? name,
    })),
  };
}

/** The node is the machine, without a port; the label as it is becomes a tag, as several programs of one machine would else share a series. */
function taggedBy(tags: QueryPlan['labels'], nodeLabel: string): Pick<QueryPlan, 'labels' | 'nodeLabel'> {
  const tag = nodeLabel.toLowerCase();
  const taken = tags.some((each) => each.label === nodeLabel || each.tag === tag) || columnNameProblem(tag) !== undefined;
  return { labels: taken ? tags : [...tags, { label: nodeLabel, tag }], nodeLabel };
}

function nameOf({ name, ready }: { name?: string | undefined; ready?: string | undefined }): string {
  return name ?? ready ?? '';
}

function readyMade(name: ReadyMadeName, metric: string | undefined, range: string): string {
  return READY_MADE[name].promql({ metric: metric ?? READY_MADE[name].usualMetric, range });
}

function urlProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return 'an address such as http://127.0.0.1:9090 is needed';
  if (url.username !== '' || url.password !== '') return 'an address cannot hold a password: use username and passwordFile';
  if (url.search !== '' || url.hash !== '') return 'the address ends before ? and #';
  return undefined;
}
