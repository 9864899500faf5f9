import { expect, test, vi } from 'vitest';
import type { ConsoleApi, NodesEvent } from '../common/console-api.ts';
import { NodeTap } from './node-tap.ts';

const event = (asOfMs: number): NodesEvent => ({ begins: false, complete: true, nodes: [], removed: [], asOfMs });

function fakeApi(): { api: ConsoleApi; streams: ((event: NodesEvent) => void)[] } {
  const streams: ((event: NodesEvent) => void)[] = [];
  const subscribe = (_: string, __: unknown, listener: (event: NodesEvent) => void): (() => void) => {
    streams.push(listener);
    return () => {
      if (streams.includes(listener)) streams.splice(streams.indexOf(listener), 1);
    };
  };
  return { api: { subscribe, request: vi.fn() } as unknown as ConsoleApi, streams };
}

test('its own stream is open only while no page has one', () => {
  const { api, streams } = fakeApi();
  const heard: number[] = [];
  const tap = new NodeTap(api, ({ asOfMs }) => heard.push(asOfMs));
  tap.start();
  expect(streams).toHaveLength(1);
  const pageHeard: number[] = [];
  const endFirst = tap.subscribe('nodes', { intervalMs: 1000 }, ({ asOfMs }) => pageHeard.push(asOfMs));
  const endSecond = tap.subscribe('nodes', { intervalMs: 1000 }, () => undefined);
  expect(streams).toHaveLength(2);
  for (const stream of [...streams]) stream(event(1));
  expect([heard, pageHeard]).toEqual([[1], [1]]);
  endFirst();
  for (const stream of [...streams]) stream(event(2));
  endSecond();
  endSecond();
  expect(streams).toHaveLength(1);
  streams[0]?.(event(3));
  expect(heard).toEqual([1, 2, 3]);
  tap.stop();
  expect(streams).toHaveLength(0);
});
