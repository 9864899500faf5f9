import { expect, test, vi } from 'vitest';
import { type ConsoleApi, NODES_INTERVAL_MS, type NodesEvent } from '../common/console-api.ts';
import { NodeTap } from './node-tap.ts';

const event = (asOfMs: number): NodesEvent => ({ begins: false, complete: true, nodes: [], removed: [], asOfMs, heardMs: 0 });

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
});

test('its first stream is one that a page can share, and ends after the page has joined it', () => {
  const open = new Set<number>();
  const said: string[] = [];
  let next = 0;
  const subscribe = (_: string, { intervalMs }: { intervalMs: number }): (() => void) => {
    const id = ++next;
    open.add(id);
    said.push(`begins every ${intervalMs} ms beside ${open.size - 1}`);
    return () => open.delete(id);
  };
  const tap = new NodeTap({ subscribe, request: vi.fn() } as unknown as ConsoleApi, () => undefined);
  tap.start();
  const end = tap.subscribe('nodes', { intervalMs: NODES_INTERVAL_MS }, () => undefined);
  end();
  expect(said).toEqual([
    `begins every ${NODES_INTERVAL_MS} ms beside 0`,
    `begins every ${NODES_INTERVAL_MS} ms beside 1`,
    'begins every 5000 ms beside 0',
  ]);
  expect(open.size).toBe(1);
});
