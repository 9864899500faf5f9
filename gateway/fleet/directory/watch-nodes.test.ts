import { describe, expect, it } from 'vitest';
import type { RegistryEntry } from '../../../core/common/registry-entry.ts';
import type { NodesUpdate } from '../../../proto/gen/messages.ts';
import { Directory } from './directory.ts';
import { watchNodes } from './watch-nodes.ts';

function entry(nodeId: string): RegistryEntry {
  return {
    nodeId,
    info: {
      ...{
        name: nodeId,
        platform: 'linux',
        os: '',
        kernel: '',
        arch: 'x64',
        cpuModel: '',
        cpuCores: 1,
        memoryBytes: 0,
        virtualization: '',
      },
      ...{ model: '', addresses: [], agentVersion: '1', labels: {}, bootUs: 0, simulated: false, commands: [] },
    },
    ...{ enrolledMs: 1, updatedMs: 1, intervalMs: 1000 },
  };
}

function fleet(nodes: number): Directory {
  const directory = new Directory(() => 10_000);
  for (let i = 0; i < nodes; i++) directory.applyEntry(`node-${i}`, entry(`node-${i}`));
  return directory;
}

async function first(stream: AsyncGenerator<NodesUpdate>): Promise<NodesUpdate[]> {
  const messages: NodesUpdate[] = [];
  for (;;) {
    const { value } = await stream.next();
    messages.push(value as NodesUpdate);
    if ((value as NodesUpdate).complete) return messages;
  }
}

describe('watching nodes', () => {
  const request = { filter: '', intervalMs: 100 };

  it('sends the first answer in pieces and says which is the last', async () => {
    const stop = new AbortController();
    const messages = await first(watchNodes(fleet(1201), request, stop.signal));
    expect(messages.map((message) => [message.nodes.length, message.complete])).toEqual([
      [100, false],
      [500, false],
      [500, false],
      [101, true],
    ]);
  });

  it('begins with the nodes that need somebody', async () => {
    const directory = fleet(300);
    const worst = ['node-250', 'node-120', 'node-7'];
    const states = ['NODE_STATE_SILENT', 'NODE_STATE_LATE', 'NODE_STATE_LIVE'] as const;
    for (const record of directory.nodes())
      if (worst.includes(record.nodeId)) record.state = states[worst.indexOf(record.nodeId)] ?? record.state;
    const [piece] = await first(watchNodes(directory, request, new AbortController().signal));
    expect(piece?.nodes.slice(0, 3).map(({ nodeId }) => nodeId)).toEqual(worst);
  });

  it('has a first answer where nothing matches', async () => {
    const stop = new AbortController();
    expect(await first(watchNodes(fleet(3), { ...request, filter: 'name:none' }, stop.signal))).toMatchObject([
      { nodes: [], complete: true },
    ]);
  });

  it('gives a slow watcher each changed node once, at its newest', async () => {
    const directory = fleet(3);
    const stop = new AbortController();
    const stream = watchNodes(directory, request, stop.signal);
    await first(stream);
    for (let cpuPercent = 0; cpuPercent <= 50; cpuPercent++) {
      directory.applyHeartbeat('node-1', { sentUs: 1, summary: { timeUs: 1, cpuPercent, diskMount: '' } });
    }
    const { value } = await stream.next();
    expect((value as NodesUpdate).nodes.map((node) => [node.nodeId, node.summary?.cpuPercent])).toEqual([['node-1', 50]]);
    stop.abort();
    await expect(stream.next()).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('refuses to be asked too often', async () => {
    await expect(watchNodes(fleet(1), { filter: '', intervalMs: 50 }, new AbortController().signal).next()).rejects.toThrow('at least 100');
  });
});
