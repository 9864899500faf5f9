// The HTTPS door in OpenAPI 3.1, served with it. A test holds that it names every route and no other.
import { SNAPSHOT_NAMES, unitOf } from '../ingest/snapshot-names.ts';

const error = { $ref: '#/components/responses/Error' };
const answer = (description: string, schema: object): object => ({ description, content: { 'application/json': { schema } } });
const body = (schema: object): object => ({ required: true, content: { 'application/json': { schema } } });
const parameter = (name: string, description: string): object => ({
  name,
  in: 'query',
  required: false,
  description,
  schema: { type: 'string' },
});
const idempotency = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'The same key within an hour of its first use gets the same answer, at every gateway, and nothing is stored twice. The key with another body gets 422.',
  schema: { type: 'string', maxLength: 200 },
};
const prefer = {
  name: 'Prefer',
  in: 'header',
  required: false,
  description: '`wait=N`: the answer comes when the ledger has the rows, after at most N (1 to 30) seconds, and says what became of them.',
  schema: { type: 'string' },
};
const token = (scope: string): object[] => [{ bearer: [scope] }];
/** A route that anybody may fetch a file by. */
const file = (summary: string, type: string): { get: object } => ({
  get: { summary, security: [], responses: { 200: { description: summary, content: { [type]: { schema: { type: 'string' } } } } } },
});

export function openapi(version: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Muster gateway',
      version,
      description:
        'What scripts, small agents and reports use beside gRPC. The token comes from `muster token create --scope push` or `--scope read`; the certificate is signed by the fleet CA.',
    },
    paths: {
      '/healthz': { get: { summary: 'The process answers', security: [], responses: { 200: answer('It does', ref('Health')) } } },
      '/readyz': {
        get: {
          summary: 'Samples can be taken now',
          security: [],
          responses: { 200: answer('They can', ref('Health')), 503: answer('They cannot, and why', ref('Health')) },
        },
      },
      '/api/openapi.json': {
        get: { summary: 'This document', security: [], responses: { 200: answer('OpenAPI 3.1', { type: 'object' }) } },
      },
      '/join/ca.pem': file('Certificate of the fleet CA', 'application/x-pem-file'),
      '/join/linux': file('Installer of the agent for Linux, a script for sh', 'text/plain'),
      '/join/macos': file('The same for macOS', 'text/plain'),
      '/join/windows': file('The same for Windows, a script for PowerShell', 'text/plain'),
      '/join/program/{id}': {
        get: {
          ...file('An agent, by its SHA-256; at most 4 downloads of one address and 16 in all at once', 'application/octet-stream').get,
          parameters: [{ name: 'id', in: 'path', required: true, description: 'SHA-256, hex', schema: { type: 'string' } }],
        },
      },
      '/api/push': {
        post: {
          summary: 'Store samples',
          description:
            'One sample, a list, or `{"samples": [...]}`; at most 10,000 and 1 MiB of UTF-8, nested at most 100 deep. A larger body gets 413, a compressed one 415, a new node beyond a quota 429. A bad sample costs that sample. The answer comes after the samples are durably in the stream; a sample without a time is of the moment at which it came, each of its own. Samples of the same node, measurement, tags and time become one row with the fields of all.',
          security: token('push'),
          parameters: [idempotency, prefer],
          requestBody: body({
            oneOf: [
              ref('Sample'),
              { type: 'array', items: ref('Sample') },
              { type: 'object', properties: { samples: { type: 'array', items: ref('Sample') } } },
            ],
          }),
          responses: {
            200: answer('In the ledger, where it was waited for', ref('Receipts')),
            202: answer('Durably taken', ref('Receipts')),
            422: error,
            default: error,
          },
        },
      },
      '/api/telemetry/snapshot': {
        post: {
          summary: 'Store the flat snapshot of a small agent',
          security: token('push'),
          parameters: [idempotency],
          requestBody: body(ref('Snapshot')),
          responses: { 202: answer('Durably taken', ref('Receipts')), 422: error, default: error },
        },
      },
      '/api/import': {
        post: {
          summary: 'Store the rows of a file',
          description:
            'CSV, Parquet or NDJSON, streamed to the gateway and imported by a job. A file that cannot be read to its end stores nothing; a bad row of one that can costs that row. Takes files only where the gateway has the setting importFolder. Four imports at most run at once, uploads under way included. An upload that the disk has no room for gets 507 at once.',
          security: token('push'),
          requestBody: { required: true, content: { 'multipart/form-data': { schema: ref('ImportForm') } } },
          responses: { 202: answer('Its columns are known, its rows are on their way', ref('ImportJob')), default: error },
        },
      },
      '/api/import/{id}': {
        get: {
          summary: 'How far an import is',
          security: token('read'),
          parameters: [{ name: 'id', in: 'path', required: true, description: 'As answered by the upload', schema: { type: 'string' } }],
          responses: { 200: answer('As of now', ref('ImportJob')), default: error },
        },
      },
      '/api/status': {
        get: {
          summary: 'Health, queue depth, lag and versions of the path',
          security: token('read'),
          responses: { 200: answer('As of now', { type: 'object' }), default: error },
        },
      },
      '/api/metrics': {
        get: {
          summary: 'The newest values of a measurement, or a range; without a measurement the list of them',
          security: token('read'),
          parameters: [
            parameter('measurement', 'A table, such as `cpu`'),
            parameter('node', 'Only this node id'),
            parameter('fields', 'Comma-separated; default all'),
            parameter('from', 'ISO 8601 with zone, inclusive'),
            parameter('to', 'ISO 8601 with zone, exclusive'),
            parameter('last', 'A span up to now: `15m`, `6h`, `7d`'),
            parameter('every', 'Mean over spans: `30s`, `5m`, `1h`; from the roll-up that has them, in whole spans'),
            parameter('format', '`json` (default) or `csv`'),
            parameter(
              'limit',
              'Rows at most, the newest are kept; default 10,000 of JSON, and of CSV all up to 1,000,000, more of which are refused with 413',
            ),
          ],
          responses: {
            200: {
              description:
                'Columns and rows. Headers: `x-muster-tier` is `raw`, `1m` or `1h`, `x-muster-rows` is how many rows there are, and ' +
                '`x-muster-truncated` whether `limit` cut them',
              content: { 'application/json': { schema: { type: 'object' } }, 'text/csv': {} },
            },
            default: error,
          },
        },
      },
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      responses: { Error: answer('What is wrong, in one sentence', ref('Error')) },
      schemas: SCHEMAS,
    },
  };
}

function ref(name: keyof typeof SCHEMAS): object {
  return { $ref: `#/components/schemas/${name}` };
}

const text = (description: string): object => ({ type: 'string', description });
const number = (description: string): object => ({ type: 'number', description });

const SCHEMAS = {
  Health: { type: 'object', required: ['status'], properties: { status: { enum: ['ok', 'failing'] }, problem: text('What is wrong') } },
  Error: {
    type: 'object',
    required: ['error'],
    properties: {
      error: { type: 'object', required: ['code', 'message'], properties: { code: text('A bounded word'), message: text('One sentence') } },
    },
  },
  Sample: {
    type: 'object',
    required: ['node_id'],
    description: 'Every further key whose value is a number or a boolean is a field; at least one is needed.',
    properties: {
      node_id: {
        type: 'string',
        maxLength: 64,
        description:
          'Letters, digits, dashes, underscores and single dots between them, or an IPv4 or IPv6 address; a port behind either is left out',
      },
      measurement: { ...text('The table; default `push`'), pattern: '^[a-z][a-z0-9_]{0,63}$' },
      time: {
        description: 'ISO 8601 with its zone, or Unix microseconds; default now',
        oneOf: [{ type: 'string', format: 'date-time' }, { type: 'integer' }],
      },
      timestamp: { description: 'The same under the name of small agents', oneOf: [{ type: 'string' }, { type: 'integer' }] },
      latency_ms: number('Milliseconds'),
      packet_loss: number('%'),
      uptime_pct: number('%'),
      tags: { type: 'object', description: 'What names the series', additionalProperties: { type: 'string' } },
      metadata: { description: 'Any JSON, kept as text' },
      name: text('Of the node'),
      country: text('A label of the node'),
      region: text('A label of the node'),
      city: text('A label of the node'),
      latitude: number('Degrees'),
      longitude: number('Degrees'),
    },
    additionalProperties: { type: ['number', 'boolean', 'null'] },
  },
  Snapshot: {
    type: 'object',
    required: ['node_id'],
    description: 'At least one value. Where a value has two names, send one of them.',
    properties: {
      ...{ node_id: text('As in a sample'), hostname: text('Name of the node'), timestamp: text('As `time` of a sample') },
      ...{ country: text('A label'), region: text('A label'), city: text('A label') },
      ...Object.fromEntries(Object.entries(SNAPSHOT_NAMES).map(([name, column]) => [name, number(unitOf(name, column))])),
    },
  },
  ImportForm: {
    type: 'object',
    required: ['file'],
    properties: {
      file: { type: 'string', format: 'binary', description: 'After the other parts, or before' },
      ...{ time_column: text('Default: guessed'), time_format: text('`iso`, `s`, `ms`, `us`, `ns` or a pattern; default: guessed') },
      ...{ time_zone: text('Of times without one; default UTC'), node_column: text('Default: guessed'), node: text('One for all rows') },
      ...{
        tags: text('Columns, comma-separated'),
        fields: text('Columns of numbers, comma-separated'),
        texts: text('Columns to store as texts, comma-separated'),
        measurement: text('Default: name of the file'),
        rename: text('OLD=NEW: name of a column in the table; the part may come several times'),
      },
      ...{ delimiter: text('Of a CSV file; default: guessed'), encoding: text('Of a CSV file, such as windows-1252; default: guessed') },
      decimal_comma: { type: 'boolean', description: 'Numbers of a CSV file are written 12,5' },
      skip_rows: number('Rows of a CSV file before its header; default: guessed'),
      shift_to_now: { type: 'boolean', description: 'Moves all times so that the newest is now' },
      window_seconds: number('Only the newest part'),
      step_seconds: number('Pauses after each span of this length, until RunWindow of ImportService'),
      speed: number('Replays at so many times real time; 0 is as fast as it goes'),
      max_rows_per_node: number('Rows of each node at most; 0 takes all'),
    },
  },
  ImportJob: {
    type: 'object',
    required: ['id', 'state'],
    properties: {
      ...{ id: text('Of the import'), file: text('Its name'), problem: text('One sentence where it failed') },
      state: { enum: ['running', 'paused', 'done', 'failed', 'cancelled'] },
      ...{ bytes: number('Of the file'), bytes_read: number('So far'), rows_read: number('So far') },
      ...{ rows_accepted: number('Durably taken'), rows_stored: number('In the tables, by the ledger') },
      accounted: { type: 'boolean', description: 'The ledger has every batch of the import' },
      outcome: { type: 'array', items: { type: 'string' }, description: 'What became of the rows, one sentence each' },
      ...{ rows_refused: number('Not acceptable'), first_refusal: text('The first of them, with its row') },
      ...{
        started: text('ISO 8601'),
        ended: { type: ['string', 'null'] },
        mapping: { type: 'object', description: 'In use, guesses filled in' },
        notes: { type: 'array', items: text('What became of names, cells and columns that are left out') },
      },
    },
  },
  Receipts: {
    type: 'object',
    properties: {
      accepted: { type: 'integer', description: 'Rows durably taken' },
      replaced: {
        type: 'integer',
        description: 'Of these, rows that lose a value to a later one of the same node, measurement, tags and time',
      },
      stored: { type: 'integer', description: 'Rows whose values are in the tables, by the ledger; with Prefer: wait alone' },
      outcome: {
        type: 'array',
        items: { type: 'string' },
        description: 'What became of the rows, one sentence each; with Prefer: wait alone',
      },
      receipts: {
        type: 'array',
        items: {
          type: 'object',
          properties: { node_id: text('The node'), epoch: text('Hexadecimal'), seq: { type: 'integer' }, rows: { type: 'integer' } },
        },
      },
      refused: {
        type: 'array',
        items: { type: 'object', properties: { index: { type: 'integer' }, reason: text('A bounded word'), detail: text('One sentence') } },
      },
    },
  },
};
