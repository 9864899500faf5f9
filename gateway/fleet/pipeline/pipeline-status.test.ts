import { type NatsConnection, NatsError } from 'nats';
import { expect, test } from 'vitest';
import type { RegistryEntry } from '../../../core/common/registry-entry.ts';
import type { EtlStatus, PresenceEntry } from '../../../core/common/streams.ts';
import { VERSION } from '../../../core/common/version.ts';
import { DEFAULT_LIMITS, streamPolicies } from '../../../core/node/stream-policy.ts';
import { Directory } from '../directory/directory.ts';
import type { ReadDatabase, TextRow } from '../query/read-database.ts';
import { PipelineReader } from './pipeline-status.ts';

const NOW_MS = Date.UTC(2026, 0, 10);
const ETL: EtlStatus = {
  ...{
    timeMs: NOW_MS,
    rowsStored: 1,
    rowsPerSecond: 12,
    newestStoredUs: 0,
    storedFloor: 0,
    deadLetters: {},
    suspendedTables: [],
    problems: [],
  },
  commitMode: 'sync',
};

function apiError(code: number): NatsError {
  const error = new NatsError('refused', '404');
  error.api_error = { code: 404, err_code: code, description: '' };
  return error;
}

interface Staged {
  etl?: Partial<EtlStatus> | null;
  durable?: boolean | undefined;
  consumer?: { pending: number; unacknowledged: number; floor: number; delivered?: number } | Error;
  messages?: number;
  first?: number;
  last?: number;
  bytes?: number;
  config?: object;
  oldestMs?: number | Error;
  ledger?: TextRow[] | Error;
  connected?: number;
  others?: string[];
}

function staged(given: Staged = {}) {
  const state = { nowMs: NOW_MS, given, looked: [] as number[], asked: 0 };
  const wanted = streamPolicies(DEFAULT_LIMITS).find(({ name }) => name === 'TELEMETRY')?.wanted ?? {};
  const manager = {
    streams: {
      info: async () => {
        const { messages = 0, first = 1, last = messages, bytes = 0, config = {} } = state.given;
        return { config: { ...wanted, max_bytes: 1000, ...config }, state: { messages, first_seq: first, last_seq: last, bytes } };
      },
      getMessage: async (_: string, { seq }: { seq: number }) => {
        state.looked.push(seq);
        const { oldestMs = NOW_MS } = state.given;
        if (oldestMs instanceof Error) throw oldestMs;
        return { time: new Date(oldestMs) };
      },
    },
    consumers: {
      info: async () => {
        const { consumer = { pending: 0, unacknowledged: 0, floor: 0 } } = state.given;
        if (consumer instanceof Error) throw consumer;
        return {
          ...{ num_pending: consumer.pending, num_ack_pending: consumer.unacknowledged, ack_floor: { stream_seq: consumer.floor } },
          delivered: { stream_seq: consumer.delivered ?? 0 },
        };
      },
    },
  };
  const get = async () => (state.given.etl === null ? null : { operation: 'PUT', json: () => ({ ...ETL, ...state.given.etl }) });
  const directory = new Directory(() => state.nowMs);
  for (let i = 0; i < 3; i++) {
    directory.applyEntry(`n${i}`, { info: { agentVersion: '' }, enrolledMs: 0, intervalMs: 0 } as unknown as RegistryEntry);
    if (i < (given.connected ?? 0)) directory.applyPresence(`n${i}`, { gateway: 'g', sinceMs: 1 } as unknown as PresenceEntry);
  }
  const reader = new PipelineReader({
    connection: {
      jetstreamManager: async () => manager,
      jetstream: () => ({ views: { kv: async () => ({ get }) } }),
    } as unknown as NatsConnection,
    database: {
      rows: async () => {
        state.asked++;
        const { ledger = [['90', '100']] } = state.given;
        if (ledger instanceof Error) throw ledger;
        return ledger;
      },
    } as unknown as ReadDatabase,
    directory,
    deadLetters: { countByReason: async () => ({ bad_name: 2 }) },
    natsDurable: () => ('durable' in state.given ? state.given.durable : true),
    otherProblems: () => state.given.others ?? [],
    now: () => state.nowMs,
  });
  return { state, reader };
}

const read = (given: Staged = {}) => staged(given).reader.read();

test('a path at rest has nothing that waits and no problem', async () => {
  expect(await read({ messages: 4, bytes: 40, consumer: { pending: 0, unacknowledged: 0, floor: 4 }, connected: 2 })).toEqual({
    ...{ rowsPerSecond: 12, pendingMessages: 0, streamBytes: 40, streamMaxBytes: 1000, lagSeconds: 0, deadLetters: { bad_name: 2 } },
    ...{
      suspendedTables: [],
      connectedAgents: 2,
      connectedMachines: 0,
      completenessPercent: 90,
      asOf: { seconds: NOW_MS / 1000, nanos: 0 },
      durable: true,
    },
    ...{ problems: [], lagRows: 0, oldestPendingSeconds: 0, gatewayVersion: VERSION },
    ...{ etlAsOf: { seconds: NOW_MS / 1000, nanos: 0 }, completenessAsOf: { seconds: NOW_MS / 1000, nanos: 0 } },
  });
});

test('what waits is what was not given and what was not acknowledged, and its rows are estimated', async () => {
  const consumer = { pending: 3, unacknowledged: 2, floor: 4 };
  const { state, reader } = staged({ etl: { rowsPerMessage: 10.5 }, consumer, messages: 9, first: 2, oldestMs: NOW_MS - 2500 });
  expect(await reader.read()).toMatchObject({ pendingMessages: 5, lagRows: 53, lagSeconds: 2.5, oldestPendingSeconds: 2.5 });
  expect(state.looked).toEqual([5]);
});

test('where the oldest were removed, the oldest that is there counts', async () => {
  const { state, reader } = staged({ consumer: { pending: 3, unacknowledged: 0, floor: 4 }, messages: 9, first: 7 });
  await reader.read();
  expect(state.looked).toEqual([7]);
});

test('without an ETL everything in the stream waits', async () => {
  const { state, reader } = staged({ etl: null, consumer: apiError(10014), messages: 9, first: 3, oldestMs: NOW_MS - 1000 });
  const status = await reader.read();
  expect(status).toMatchObject({
    ...{ pendingMessages: 9, lagSeconds: 1, durable: false },
    problems: ['the ETL has never reported: nothing is stored until one runs'],
  });
  for (const name of ['lagRows', 'rowsPerSecond', 'diskFreeBytes', 'diskBytes']) expect(status).not.toHaveProperty(name);
  expect(state.looked).toEqual([3]);
  expect(await reader.read()).not.toHaveProperty('etlAsOf');
});

test('another failure than a missing consumer is told', async () => {
  await expect(read({ consumer: apiError(10008) })).rejects.toThrow('refused');
});

test('a message that was stored meanwhile waits no more; another failure is told', async () => {
  const consumer = { pending: 1, unacknowledged: 0, floor: 0 };
  expect(await read({ consumer, messages: 1, oldestMs: apiError(10037) })).toMatchObject({ pendingMessages: 1, lagSeconds: 0 });
  await expect(read({ consumer, messages: 1, oldestMs: new Error('no answer') })).rejects.toThrow('no answer');
});

test('how long the oldest message waits is not known where nats-server does not tell it', async () => {
  const status = await read({ consumer: { pending: 1, unacknowledged: 0, floor: 0 }, messages: 1, oldestMs: apiError(10008) });
  expect(status.problems).toEqual(['how long the oldest message waits is not known: nats-server does not tell it']);
  for (const name of ['lagSeconds', 'oldestPendingSeconds']) expect(status).not.toHaveProperty(name);
});

test('a message of a server whose clock is ahead has not waited', async () => {
  const consumer = { pending: 1, unacknowledged: 0, floor: 0 };
  expect(await read({ consumer, messages: 1, oldestMs: NOW_MS + 5000 })).toMatchObject({ lagSeconds: 0, oldestPendingSeconds: 0 });
});

test('a sample that waited an hour is a problem', async () => {
  const consumer = { pending: 1, unacknowledged: 0, floor: 0 };
  const { problems } = await read({ consumer, messages: 1, oldestMs: NOW_MS - 3_600_000 });
  expect(problems).toEqual([expect.stringContaining('the oldest sample that is not stored has waited 1 h')]);
});

test('an ETL is silent after fifteen seconds, and what it said last is said still', async () => {
  const at = (ageMs: number) => read({ etl: { timeMs: NOW_MS - ageMs, problems: ['disk'] } });
  expect(await at(15_000)).toMatchObject({ rowsPerSecond: 12, problems: ['disk'] });
  const silent = await at(15_001);
  expect(silent.problems).toEqual(['the ETL has not reported for 15 s: nothing is stored until it runs again', 'disk']);
  expect(silent).not.toHaveProperty('rowsPerSecond');
});

test('a stream nine tenths full is a problem', async () => {
  expect((await read({ bytes: 899 })).problems).toEqual([]);
  expect((await read({ bytes: 900 })).problems).toEqual(['the telemetry stream is 90 % full: agents wait when it is full']);
});

test.each([
  [true, 'sync', true],
  [true, 'async', true],
  [true, 'nosync', false],
  [false, 'sync', false],
  [undefined, 'sync', false],
])('nats-server on disk %s and a database with %s: durable %s', async (durable, commitMode, whole) => {
  expect((await read({ durable, etl: { commitMode } })).durable).toBe(whole);
});

test('what nats-server does not promise, or nobody knows whether it does, is a problem', async () => {
  expect((await read({ durable: false })).problems).toEqual(['nats-server acknowledges what is not on disk: set sync_interval to always']);
  expect((await read({ durable: undefined })).problems[0]).toContain('is not known: give its monitoring address');
});

test('a stream that somebody changed is a problem; its limits are the operator’s', async () => {
  const { problems } = await read({ config: { max_age: 5_000_000_000 } });
  expect(problems).toEqual([expect.stringMatching(/^the stream TELEMETRY has max_age .* is needed: restart the gateway, which sets it$/)]);
  expect((await read({ config: { max_bytes: 5, metadata: { 'muster-keep-hours': '1' } } })).problems).toEqual([]);
});

test('the completeness is asked for every ten seconds, and told with its time', async () => {
  const { state, reader } = staged();
  await reader.read();
  state.given = { ledger: [['1', '2']] };
  state.nowMs += 9999;
  expect(await reader.read()).toMatchObject({ completenessPercent: 90, completenessAsOf: { seconds: NOW_MS / 1000 } });
  expect(state.asked).toBe(1);
  state.nowMs += 1;
  expect(await reader.read()).toMatchObject({ completenessPercent: 50, completenessAsOf: { seconds: NOW_MS / 1000 + 10 } });
});

test.each([[[]], [[[null, null]]], [[['0', '0']]]])('of a ledger that has %j of the last hour no share is known', async (ledger) => {
  const { completenessPercent, completenessAsOf } = await read({ ledger });
  expect([completenessPercent, completenessAsOf]).toEqual([undefined, expect.anything()]);
});

test('a ledger that cannot be read is a problem, and what was known stays', async () => {
  const first = await read({ ledger: new Error('away') });
  expect(first.problems).toEqual(['the ledger cannot be read: away']);
  expect(first).not.toHaveProperty('completenessPercent');
  expect(first).not.toHaveProperty('completenessAsOf');
  const { state, reader } = staged();
  await reader.read();
  state.given = { ledger: new Error('away') };
  state.nowMs += 10_000;
  expect(await reader.read()).toMatchObject({ completenessPercent: 90, completenessAsOf: { seconds: NOW_MS / 1000 } });
});

test('suspended tables and the disk are as the ETL says', async () => {
  const suspendedTables = [
    { table: 'cpu', error: 'full', sinceMs: NOW_MS - 1000, attempts: 2, nextResumeMs: NOW_MS + 1000 },
    { table: 'mem', error: 'full', sinceMs: NOW_MS - 1000 },
  ];
  expect(await read({ etl: { suspendedTables, disk: { freeBytes: 5, totalBytes: 9 } } })).toMatchObject({
    ...{ diskFreeBytes: 5, diskBytes: 9 },
    suspendedTables: [
      ...[
        {
          table: 'cpu',
          error: 'full',
          since: { seconds: NOW_MS / 1000 - 1 },
          resumeAttempts: 2,
          nextResume: { seconds: NOW_MS / 1000 + 1 },
        },
      ],
      ...[{ table: 'mem', resumeAttempts: 0, nextResume: undefined }],
    ],
  });
});

test('each hop has its rate from the second look on', async () => {
  const { state, reader } = staged({ messages: 10, consumer: { pending: 5, unacknowledged: 0, floor: 0, delivered: 5 } });
  expect(await reader.read()).not.toHaveProperty('messagesInPerSecond');
  state.given = { messages: 30, consumer: { pending: 20, unacknowledged: 0, floor: 0, delivered: 10 } };
  state.nowMs += 2000;
  expect(await reader.read()).toMatchObject({ batchesMadePerSecond: 0, messagesInPerSecond: 10, messagesOutPerSecond: 2.5 });
});

test('what the parts of the gateway find wrong stands among the problems', async () => {
  expect((await read({ others: ['a bucket is missing'] })).problems).toEqual(['a bucket is missing']);
});
