import { type NatsConnection, NatsError } from 'nats';
import { expect, test } from 'vitest';
import type { FrameColumns } from '../../../core/common/frame.ts';
import { encodeBatch, encodeEnvelope } from '../../../proto/batch-codec.ts';
import { readBacklog } from './stream-backlog.ts';

const EPOCH = new Uint8Array(16).fill(0xab);
const HEX = 'ab'.repeat(16);

function frame(rows: number): FrameColumns {
  return {
    ...{ measurement: 'cpu', tags: [], series: [[]], seriesIndex: new Uint32Array(rows), textFields: [], texts: [] },
    ...{ timeUs: new Float64Array(rows).fill(5), fields: ['busy'], values: new Float64Array(rows).fill(1) },
  };
}

function delivery(nodeId: string, seq: number, rows = 1) {
  const batch = encodeBatch({ epoch: EPOCH, seq, createdUs: 1, frames: [frame(rows)], events: [], dropped: [] });
  return { nodeId, receivedUs: 1, gateway: 'g', batch, epoch: EPOCH, seq, skewUs: 0 };
}

interface Staged {
  /** What each message holds; the first has the number `first`. */
  messages: Uint8Array[];
  first?: number;
  /** Of the ETL's consumer; undefined where there is none. */
  floor?: number;
  handedOut?: number;
  /** Messages that come after the state of the stream was told. */
  late?: Uint8Array[];
  /** How many one fetch brings. */
  bring?: number;
}

function staged({ messages, first = 1, floor, handedOut = 0, late = [], bring = 500 }: Staged) {
  const fetched: number[] = [];
  const begun: number[] = [];
  const all = [...messages, ...late];
  const info = async () => {
    if (floor !== undefined) return { ack_floor: { stream_seq: floor }, delivered: { stream_seq: handedOut } };
    const error = new NatsError('no consumer', '404');
    error.api_error = { code: 404, err_code: 10014, description: 'consumer not found' };
    throw error;
  };
  const state = { messages: messages.length, first_seq: first, last_seq: first + messages.length - 1 };
  const connection = {
    jetstreamManager: async () => ({ consumers: { info }, streams: { info: async () => ({ state }) } }),
    jetstream: () => ({
      consumers: {
        get: async (_: string, { opt_start_seq: from }: { opt_start_seq: number }) => {
          begun.push(from);
          let next = from;
          return {
            fetch: async () => {
              const some = all.slice(next - first, next - first + bring).map((data, i) => ({ seq: next + i, data }));
              next += some.length;
              fetched.push(some.length);
              return some;
            },
          };
        },
      },
    }),
  };
  return { connection: connection as unknown as NatsConnection, fetched, begun };
}

const one = (nodeId: string, seq: number, rows = 1): Buffer => encodeEnvelope([delivery(nodeId, seq, rows)]);

test('numbers that follow each other are one range, and a hole ends it', async () => {
  const { connection } = staged({ messages: [one('a', 1), one('a', 2), one('b', 9), one('a', 4)] });
  const { ranges } = await readBacklog(connection);
  expect([...ranges]).toEqual([
    [
      `a ${HEX}`,
      [
        { first: 1, last: 2 },
        { first: 4, last: 4 },
      ],
    ],
    [`b ${HEX}`, [{ first: 9, last: 9 }]],
  ]);
});

test('the deliveries of one message count each', async () => {
  const { connection } = staged({ messages: [encodeEnvelope([delivery('a', 1), delivery('b', 1), delivery('a', 2)])] });
  expect([...(await readBacklog(connection)).ranges.values()]).toEqual([[{ first: 1, last: 2 }], [{ first: 1, last: 1 }]]);
});

test('what the ETL acknowledged is no backlog: it begins one above the floor', async () => {
  const { connection, begun } = staged({ messages: [one('a', 1), one('a', 2), one('a', 3)], first: 10, floor: 11 });
  expect([...(await readBacklog(connection)).ranges.values()]).toEqual([[{ first: 3, last: 3 }]]);
  expect(begun).toEqual([12]);
});

test('a floor below the oldest message begins at that', async () => {
  const { connection, begun } = staged({ messages: [one('a', 1)], first: 10, floor: 3 });
  await readBacklog(connection);
  expect(begun).toEqual([10]);
});

test.each([
  ['an empty stream', { messages: [], first: 5, floor: 1 }],
  ['a stream that is acknowledged to its end', { messages: [one('a', 1)], first: 5, floor: 5 }],
])('%s holds nothing, and is not read', async (_, given) => {
  const { connection, begun } = staged(given);
  expect(await readBacklog(connection)).toEqual({ ranges: new Map(), handedOutRows: new Map() });
  expect(begun).toEqual([]);
});

test('rows are counted of what the ETL has in hand, up to and with the last that it was given', async () => {
  const { connection } = staged({ messages: [one('a', 1, 2), one('b', 1, 3), one('a', 2, 4), one('a', 3, 5)], floor: 0, handedOut: 3 });
  expect([...(await readBacklog(connection)).handedOutRows]).toEqual([
    ['a', 6],
    ['b', 3],
  ]);
});

test('without a consumer nothing was handed out', async () => {
  const { connection } = staged({ messages: [one('a', 1)] });
  const { ranges, handedOutRows } = await readBacklog(connection);
  expect([ranges.size, handedOutRows.size]).toEqual([1, 0]);
});

test('another failure than a missing consumer is told, also one of the server', async () => {
  const { connection } = staged({ messages: [one('a', 1)] });
  const refused = new NatsError('insufficient resources', '503');
  refused.api_error = { code: 503, err_code: 10023, description: 'insufficient resources' };
  for (const error of [new Error('away'), new NatsError('TIMEOUT', 'TIMEOUT'), refused]) {
    const failing = { ...connection, jetstreamManager: async () => ({ consumers: { info: async () => Promise.reject(error) } }) };
    await expect(readBacklog(failing as unknown as NatsConnection)).rejects.toBe(error);
  }
});

test('it is read fetch by fetch to the newest of the beginning, and what came later is not taken', async () => {
  const messages = [one('a', 1), one('a', 2), one('a', 3)];
  const { connection, fetched } = staged({ messages, late: [one('a', 4), one('a', 5)], bring: 2 });
  expect([...(await readBacklog(connection)).ranges.values()]).toEqual([[{ first: 1, last: 3 }]]);
  expect(fetched).toEqual([2, 2]);
});

test('messages that were removed meanwhile end it', async () => {
  const { connection, fetched } = staged({ messages: [one('a', 1), one('a', 2)], bring: 0 });
  expect((await readBacklog(connection)).ranges.size).toBe(0);
  expect(fetched).toEqual([0]);
});

test('a message that cannot be read has no numbers, and a batch that cannot has no rows', async () => {
  const broken = { ...delivery('a', 1), batch: Buffer.from('no batch') };
  const { connection } = staged({ messages: [Buffer.from('no envelope'), encodeEnvelope([broken])], floor: 0, handedOut: 2 });
  const { ranges, handedOutRows } = await readBacklog(connection);
  expect([...ranges.values()]).toEqual([[{ first: 1, last: 1 }]]);
  expect(handedOutRows.get('a')).toBe(0);
});
