// The keys of an extraction's file as declarations: what each means. Types, defaults and limits are those of config.ts.
import type { Declaration } from '../../../core/node/config.ts';
import { FILE_KEYS, QUERY_KEYS } from './config.ts';

const FILE_HELP: Readonly<Record<keyof typeof FILE_KEYS, string>> = {
  name: 'name of this source, which keeps its marks and rows apart from those of others; the host and port of url where it is not named',
  url: 'address of Prometheus',
  username: 'user for basic authentication, with passwordFile',
  passwordFile: 'file with the password of that user',
  bearerTokenFile: 'file with a bearer token, in place of a user',
  caFile: 'certificate of the CA of an https address, PEM',
  gateway: 'gateway to send to, as host:port; without it that of the Muster in the state folder',
  gatewayCaFile: "file with the fleet's CA certificate, PEM",
  tokenFile: 'file with an access token that has the scope push',
  stateDir: 'folder of the marks that say how far each query got',
  step: 'time between two points of a series, where a query names no other',
  interval: 'time between two cycles; without it a cycle runs as soon as the next step is due',
  interval_seconds: 'the same in seconds',
  lag: 'how far behind the present a cycle ends; it must be more than a scrape takes',
  firstSpan: 'how much of the past the first cycle fetches',
  timeout: 'time that one request to Prometheus may take',
  retries: 'how often a failed request is tried again',
  pointsPerRequest: 'points of a series that one request asks for at most',
  maxSeries: 'series that one query may have; a query with more fails',
  concurrency: 'queries that run at the same time',
  ttlDays: 'age in days beyond which the store keeps no rows; older points are left out',
  labels: 'labels that become tags: a list, or a map from label to tag',
  nodeLabel: 'label that names the node',
  metricsPort: 'port for Prometheus on 127.0.0.1; 0 for none',
  logLevel: 'least level that is logged',
  queries: 'list of queries, each with the keys below, or the name of a ready-made one',
};

const QUERY_HELP: Readonly<Record<keyof typeof QUERY_KEYS, string>> = {
  name: 'unique name; needed with query',
  ready: 'a ready-made query, in place of query',
  query: 'PromQL',
  metric: 'metric of a ready-made query',
  range: 'range of a ready-made query, as PromQL writes it',
  step: 'time between two points, in place of the step of the file',
  measurement: 'table of all its series; without it the name of the metric, else that of the query',
  metrics: 'names of metrics to take; without it all',
  labels: 'labels that become tags, in place of those of the file',
  nodeLabel: 'label that names the node, in place of that of the file',
  node: 'node of series without that label; without it the name of the source',
};

function declare(keys: Readonly<Record<string, Declaration[string]['type']>>, help: Readonly<Record<string, string>>): Declaration {
  return Object.fromEntries(Object.entries(keys).map(([key, type]) => [key, { type, help: help[key] ?? '' }]));
}

export const EXTRACTION_SETTINGS = declare(FILE_KEYS, FILE_HELP);
export const EXTRACTION_QUERY_SETTINGS = declare(QUERY_KEYS, QUERY_HELP);
