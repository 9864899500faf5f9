// The bodies of the HTTPS door: what is sent and what is answered.
import { SNAPSHOT_NAMES, unitOf } from '../ingest/snapshot-names.ts';

const text = (description: string): object => ({ type: 'string', description });
const number = (description: string): object => ({ type: 'number', description });

export const SCHEMAS = {
  Health: { type: 'object', required: ['status'], properties: { status: { enum: ['ok', 'failing'] }, problem: text('What is wrong') } },
  PartHealth: {
    type: 'object',
    required: ['status', 'uptime_sec', 'parts'],
    properties: {
      status: { enum: ['ok', 'degraded', 'failing', 'unknown'], description: 'The worst of the parts' },
      ...{ uptime_sec: number('Of this gateway, seconds'), version: text('Of this gateway') },
      parts: { type: 'object', description: '`gateway`, `nats`, `questdb`, `etl`', additionalProperties: { type: 'string' } },
    },
  },
  Metrics: {
    type: 'object',
    required: ['uptime_sec', 'points_written', 'last_flush_rows'],
    properties: {
      uptime_sec: number('Of this gateway, seconds'),
      points_written: { type: ['number', 'null'], description: 'Rows stored since the ETL started; null while no ETL reports' },
      last_flush_rows: { type: ['number', 'null'], description: 'Rows of the flush stored last; null while that is not known' },
      rows_per_second: { type: ['number', 'null'], description: 'Over the last ten seconds' },
    },
  },
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
      max_rows_per_node: number('Rows of each node at most, the first of the file; 0 takes all'),
    },
  },
  ImportStep: {
    type: 'object',
    required: ['rows', 'path'],
    description: 'Beside these all of an ImportJob.',
    properties: {
      rows: number('Rows durably taken: of this window, or by `flush` of the job so far'),
      path: {
        type: ['string', 'null'],
        description: 'Where the rows of the job can be read, with a token of scope `read`; null before the first',
      },
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
      incomplete: { type: 'string', description: 'Why this answer came before what the call waits for; empty where it did not' },
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
