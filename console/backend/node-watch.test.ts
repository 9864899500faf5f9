import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ConnectionState, NodesEvent } from '../common/console-api.ts';
import type { FleetNode } from '../common/fleet-node.ts';
import type { NodeCounts } from '../host/backend-message.ts';
import { NodeWatch } from './node-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const WHOLE: NodesEvent = {
  ...{ begins: true, complete: true, removed: [], asOfMs: 1, heardMs: 0 },
  nodes: [{ nodeId: 'a', name: 'accra', state: 'live', labels: {} } as unknown as FleetNode],
};

test('the tray counts nothing while the gateway is there and sends no states', () => {
  const counted: (NodeCounts | null)[] = [];
  const watch = new NodeWatch({ counts: (counts) => counted.push(counts), note: () => undefined });
  watch.connection({ kind: 'connected' } as ConnectionState);
  watch.nodes(WHOLE);
  vi.runAllTimers();
  watch.nodes({ ...WHOLE, begins: false, complete: false, nodes: [], interrupted: 'too many calls' });
  vi.runAllTimers();
  expect(counted.slice(-2)).toEqual([{ live: 1 }, null]);
  watch.nodes(WHOLE);
  vi.runAllTimers();
  expect(counted.at(-1)).toEqual({ live: 1 });
});
