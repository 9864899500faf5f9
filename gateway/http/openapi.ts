// The HTTPS door in OpenAPI 3.1, served with it. A test holds that it names every route and no other.
import { SCHEMAS } from './openapi-schemas.ts';

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
    'The same key within an hour of its first use gets the same answer, at every gateway, and nothing is stored twice. Where the stream did not take a part in time, the same request tries that part again. The key with another body gets 422.',
  schema: { type: 'string', maxLength: 200 },
};
const prefer = {
  name: 'Prefer',
  in: 'header',
  required: false,
  description: '`wait=N`: the answer comes when the ledger has the rows, after at most N (1 to 30) seconds, and says what became of them.',
  schema: { type: 'string' },
};
const importId = { name: 'id', in: 'path', required: true, description: 'As answered by the upload', schema: { type: 'string' } };
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
      '/api/import/{id}/run_window': {
        post: {
          summary: 'Import the next window of a paused job (`step_seconds`); only the token that began it may',
          security: token('push'),
          parameters: [importId],
          responses: { 200: answer('It is paused again, or ended', ref('ImportStep')), default: error },
        },
      },
      '/api/import/{id}/flush': {
        post: {
          summary: 'Wait until all that was read is durably in the stream and stored, 10 s at most',
          security: token('push'),
          parameters: [importId],
          responses: { 200: answer('As of now', ref('ImportStep')), default: error },
        },
      },
      '/health': {
        get: {
          summary: 'How each part is, in a word: `ok`, `degraded`, `failing` or `unknown`; and the uptime of this gateway',
          security: [],
          responses: { 200: answer('None is failing', ref('PartHealth')), 503: answer('One is', ref('PartHealth')) },
        },
      },
      '/metrics': {
        get: {
          summary: 'Uptime, rows stored, rows of the last flush',
          security: token('read'),
          responses: { 200: answer('As of now', ref('Metrics')), default: error },
        },
      },
      '/metrics/prometheus': {
        get: {
          summary: 'The counters of this gateway for Prometheus',
          security: token('read'),
          responses: { 200: { description: 'Text format', content: { 'text/plain': {} } }, default: error },
        },
      },
      '/api/status': {
        get: {
          summary: 'Each part in a word, queue depth, lag and versions of the path; null is what cannot be told now',
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
            parameter('node', 'Only this node: its id, or a name that only one node has; 404 for a node that there is not'),
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
