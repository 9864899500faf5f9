import { expect, it } from 'vitest';
import type { DecodedBatch, DeliveryContent } from '../../proto/batch-codec.ts';
import { toEventRows } from './event-rows.ts';

const DELIVERY: DeliveryContent = {
  ...{ nodeId: 'web-1', receivedUs: 1, gateway: 'g', batch: Buffer.alloc(1), epoch: Buffer.alloc(16), seq: 7, skewUs: 0 },
};
const WINDOW = { oldestUs: 1e15, newestUs: 2e15 };

function take(...events: { timeUs: number; kind: string }[]): ReturnType<typeof toEventRows> {
  const batch = { events: events.map((event) => ({ ...event, severity: 'info' as const, text: '', attributes: {} })) };
  return toEventRows(DELIVERY, batch as unknown as DecodedBatch, WINDOW);
}

it('stores events of the time that is taken, its first and last microsecond too', () => {
  const { rows, letters } = take({ timeUs: 1e15, kind: 'agent_started' }, { timeUs: 2e15, kind: 'a' });
  expect(rows.map(({ delivery, event }) => [delivery.seq, event.kind])).toEqual([
    [7, 'agent_started'],
    [7, 'a'],
  ]);
  expect(letters).toEqual([]);
});

it.each([
  [{ timeUs: 0, kind: 'a' }, 'time_missing'],
  [{ timeUs: 1e15 - 1, kind: 'a' }, 'time_too_old'],
  [{ timeUs: 2e15 + 1, kind: 'a' }, 'time_too_far'],
  [{ timeUs: Number.NaN, kind: 'a' }, 'time_'],
  [{ timeUs: 1e15, kind: '' }, 'bad_name'],
  [{ timeUs: 1e15, kind: 'Drop' }, 'bad_name'],
  [{ timeUs: 1e15, kind: `a${'b'.repeat(64)}` }, 'bad_name'],
])('sets %j aside as %s, and stores the others of its batch', (event, reason) => {
  const { rows, letters } = take({ timeUs: 1e15, kind: 'first' }, event, { timeUs: 1e15, kind: `a${'b'.repeat(63)}` });
  expect(rows).toHaveLength(2);
  expect(letters.map((letter) => letter.reason.slice(0, reason.length))).toEqual([reason]);
});

it('writes what a part of Muster says of a node to that node, and takes the word of no agent for another or for a state', () => {
  const told = { timeUs: 1e15, kind: 'node_silent', severity: 'error' as const, text: '', attributes: { node_id: 'web-2', from: 'late' } };
  const from = (nodeId: string, event = told): ReturnType<typeof toEventRows> =>
    toEventRows({ ...DELIVERY, nodeId }, { events: [event] } as unknown as DecodedBatch, WINDOW);
  expect(from('muster-gateway-1').rows.map(({ nodeId, event }) => [nodeId, event.attributes])).toEqual([['web-2', { from: 'late' }]]);
  expect(from('web-1').letters.map(({ reason, detail }) => [reason, detail])).toEqual([
    ['bad_name', 'node_silent is a kind of event that only gateways record: choose another'],
  ]);
  expect(from('web-1', { ...told, kind: 'boot' }).rows[0]).toMatchObject({ nodeId: 'web-1', event: { attributes: { node_id: 'web-2' } } });
});

it('sets aside what a part says in a kind that is not known here, with the node of whom it speaks', () => {
  const told = { timeUs: 1e15, kind: 'node_paused', severity: 'info' as const, text: '', attributes: { node_id: 'web-2' } };
  const { rows, letters } = toEventRows({ ...DELIVERY, nodeId: 'muster-g' }, { events: [told] } as unknown as DecodedBatch, WINDOW);
  expect(rows).toEqual([]);
  expect(letters).toMatchObject([
    { nodeId: 'muster-g', reason: 'unknown_kind', row: { kind: 'node_paused', attributes: { node_id: 'web-2' } } },
  ]);
});
