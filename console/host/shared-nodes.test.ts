import { expect, test } from 'vitest';
import type { NodesEvent } from '../common/console-api.ts';
import type { FleetNode } from '../common/fleet-node.ts';
import { SharedNodes } from './shared-nodes.ts';

const node = (nodeId: string, name: string): FleetNode => ({ nodeId, name }) as FleetNode;
const event = (given: Partial<NodesEvent>): NodesEvent => ({
  begins: false,
  complete: true,
  nodes: [],
  removed: [],
  asOfMs: 1,
  heardMs: 0,
  ...given,
});

interface Opened {
  intervalMs: number;
  send(event: NodesEvent): void;
  ended: boolean;
}

function staged(): { shared: SharedNodes; opened: Opened[]; clock: { ms: number } } {
  const opened: Opened[] = [];
  const clock = { ms: 1000 };
  const shared = new SharedNodes(
    (intervalMs, send) => {
      const stream = { intervalMs, send, ended: false };
      opened.push(stream);
      return () => {
        stream.ended = true;
      };
    },
    () => clock.ms,
  );
  return { shared, opened, clock };
}

test('who comes later gets what is known at once, and every event after it', () => {
  const { shared, opened } = staged();
  const first: NodesEvent[] = [];
  const second: NodesEvent[] = [];
  shared.subscribe(1000, (heard) => first.push(heard));
  opened[0]?.send(event({ begins: true, complete: false, nodes: [node('a', 'accra'), node('b', 'bamako')] }));
  shared.subscribe(1000, (heard) => second.push(heard));
  expect(second).toEqual([event({ begins: true, complete: false, nodes: [node('a', 'accra'), node('b', 'bamako')], heardMs: 1 })]);
  opened[0]?.send(event({ complete: true, nodes: [node('a', 'abuja')], removed: ['b'], asOfMs: 2 }));
  expect(first.slice(1)).toEqual(second.slice(1));
  const third: NodesEvent[] = [];
  shared.subscribe(1000, (heard) => third.push(heard));
  expect(third).toEqual([event({ begins: true, complete: true, nodes: [node('a', 'abuja')], asOfMs: 2, heardMs: 1 })]);
  expect(opened).toHaveLength(1);
});

test('an answer that begins anew names all that there is', () => {
  const { shared, opened } = staged();
  shared.subscribe(1000, () => undefined);
  opened[0]?.send(event({ begins: true, nodes: [node('a', 'accra')] }));
  opened[0]?.send(event({ begins: true, complete: false, nodes: [node('b', 'bamako')] }));
  const late: NodesEvent[] = [];
  shared.subscribe(1000, (heard) => late.push(heard));
  expect(late).toEqual([event({ begins: true, complete: false, nodes: [node('b', 'bamako')], heardMs: 1 })]);
});

test('a stream ends with the last of its listeners, and another interval is another stream', () => {
  const { shared, opened } = staged();
  const listener = (): void => undefined;
  const ends = [shared.subscribe(1000, listener), shared.subscribe(1000, listener), shared.subscribe(5000, listener)];
  expect(opened.map(({ intervalMs }) => intervalMs)).toEqual([1000, 5000]);
  ends[0]?.();
  ends[0]?.();
  expect(opened[0]?.ended).toBe(false);
  ends[1]?.();
  expect(opened.map(({ ended }) => ended)).toEqual([true, false]);
  shared.subscribe(1000, listener);
  expect(opened).toHaveLength(3);
});

test('who comes during an outage hears how old the last word is', () => {
  const { shared, opened, clock } = staged();
  shared.subscribe(1000, () => undefined);
  opened[0]?.send(event({ begins: true, nodes: [node('a', 'accra')] }));
  clock.ms += 600_000;
  const late: NodesEvent[] = [];
  shared.subscribe(1000, (heard) => late.push(heard));
  expect(late).toEqual([event({ begins: true, nodes: [node('a', 'accra')], heardMs: 600_000 })]);
});

test('tells all that no states come, who comes meanwhile too, until a whole answer came again', () => {
  const { shared, opened } = staged();
  const first: NodesEvent[] = [];
  shared.subscribe(1000, (heard) => first.push(heard));
  opened[0]?.send(event({ begins: true, nodes: [node('a', 'accra')] }));
  const interruption = event({ complete: false, asOfMs: 0, interrupted: 'too many calls' });
  opened[0]?.send(interruption);
  expect(first[1]).toEqual(interruption);
  const second: NodesEvent[] = [];
  shared.subscribe(1000, (heard) => second.push(heard));
  expect(second).toEqual([event({ begins: true, nodes: [node('a', 'accra')], heardMs: 1 }), interruption]);
  opened[0]?.send(event({ begins: true, nodes: [node('a', 'accra')], asOfMs: 5 }));
  const third: NodesEvent[] = [];
  shared.subscribe(1000, (heard) => third.push(heard));
  expect(third).toHaveLength(1);
});
