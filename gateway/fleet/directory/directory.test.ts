import { describe, expect, it } from 'vitest';
import type { RegistryEntry } from '../../../core/common/registry-entry.ts';
import type { Heartbeat } from '../../../proto/gen/messages.ts';
import { Directory } from './directory.ts';

function entry(nodeId: string, name = nodeId): RegistryEntry {
  return {
    nodeId,
    info: {
      ...{ name, platform: 'linux', os: '', kernel: '', arch: 'x64', cpuModel: '', cpuCores: 1, memoryBytes: 0, virtualization: '' },
      ...{ model: '', addresses: [], agentVersion: '1', labels: {}, bootUs: 0, simulated: false, commands: [] },
    },
    enrolledMs: 1000,
    updatedMs: 1000,
    intervalMs: 1000,
  };
}

function fleet(): { directory: Directory; clock: { ms: number } } {
  const clock = { ms: 10_000 };
  return { directory: new Directory(() => clock.ms), clock };
}

const sample = (ms: number): Heartbeat => ({ sentUs: ms * 1000 - 500, summary: { timeUs: ms * 1000, cpuPercent: 5, diskMount: '/' } });

describe('the directory', () => {
  it('tells live, late, silent and live again, each with since when', () => {
    const { directory, clock } = fleet();
    directory.applyEntry('a', entry('a'));
    expect(directory.get('a')).toMatchObject({ state: 'NODE_STATE_NEVER_SEEN', stateSinceMs: 1000 });
    directory.applyHeartbeat('a', sample(clock.ms));
    expect(directory.get('a')).toMatchObject({ state: 'NODE_STATE_LIVE', stateSinceMs: 10_000, skewUs: 500 });
    clock.ms = 13_500;
    directory.tick();
    expect(directory.get('a')).toMatchObject({ state: 'NODE_STATE_LATE', stateSinceMs: 13_000 });
    clock.ms = 41_000;
    directory.tick();
    expect(directory.get('a')).toMatchObject({ state: 'NODE_STATE_SILENT', stateSinceMs: 40_000 });
    directory.applyHeartbeat('a', sample(clock.ms));
    expect(directory.get('a')).toMatchObject({ state: 'NODE_STATE_LIVE', stateSinceMs: 41_000 });
  });

  it('tells that a node is quiet though the clock was set back', () => {
    const { directory, clock } = fleet();
    directory.applyEntry('a', entry('a'));
    clock.ms = 900_000;
    directory.applyHeartbeat('a', sample(clock.ms));
    clock.ms = 300_000;
    directory.tick();
    expect(directory.get('a')).toMatchObject({ state: 'NODE_STATE_LIVE', heardMs: 300_000, provenMs: 300_000 });
    clock.ms = 304_000;
    directory.tick();
    expect(directory.get('a')).toMatchObject({ state: 'NODE_STATE_LATE', stateSinceMs: 303_000 });
  });

  it('keeps what a heartbeat without summary or spool does not say', () => {
    const { directory, clock } = fleet();
    directory.applyEntry('a', entry('a'));
    directory.applyHeartbeat('a', sample(clock.ms));
    const spool = {
      epoch: Buffer.alloc(16),
      oldestSeq: 3,
      nextSeq: 5,
      bytes: 9,
      rows: 2,
      durable: true,
      problem: '',
      oldestUs: 0,
      drops: [],
      retries: 0,
      lastError: '',
      setAside: 0,
    };
    directory.applyHeartbeat('a', { sentUs: 0, spool });
    expect(directory.get('a')?.toNode()).toMatchObject({ summary: { cpuPercent: 5 }, spool: { nextSeq: 5 } });
  });

  it('shows a node that was heard before its entry came, once the entry is there', () => {
    const { directory, clock } = fleet();
    directory.applyHeartbeat('a', sample(clock.ms));
    expect([...directory.nodes()]).toEqual([]);
    directory.applyEntry('a', entry('a'));
    expect(directory.get('a')?.state).toBe('NODE_STATE_LIVE');
  });

  it('does not grow without bound by strangers', () => {
    const { directory } = fleet();
    for (let i = 0; i < 5000; i++) directory.applyHeartbeat(`stranger-${i}`, sample(1));
    directory.applyEntry('a', entry('a'));
    expect([...directory.nodes()].map((node) => node.nodeId)).toEqual(['a']);
  });

  it('quarantines with the reason and since when, and frees again', () => {
    const { directory } = fleet();
    directory.applyEntry('a', entry('a'));
    directory.applyPresence('a', { gateway: 'gateway-1', sinceMs: 9000, session: 's', problem: 'its clock is 2 days off' });
    expect(directory.get('a')?.toNode()).toMatchObject({ state: 'NODE_STATE_QUARANTINED', problem: 'its clock is 2 days off' });
    directory.applyPresence('a', { gateway: 'gateway-1', sinceMs: 9500, session: 's', problem: '' });
    expect(directory.get('a')?.state).toBe('NODE_STATE_NEVER_SEEN');
  });

  it('knows from the ledger what was heard before it started', () => {
    const { directory, clock } = fleet();
    directory.applyEntry('a', entry('a'));
    clock.ms = 1_000_000;
    directory.applyStored('a', 900_000);
    expect(directory.get('a')).toMatchObject({ state: 'NODE_STATE_SILENT', stateSinceMs: 930_000 });
  });

  it('tells each watcher each changed node once, removed ones too', () => {
    const { directory, clock } = fleet();
    directory.applyEntry('a', entry('a'));
    const feed = directory.watch();
    directory.applyHeartbeat('a', sample(clock.ms));
    directory.applyHeartbeat('a', sample(clock.ms));
    expect(feed.take().map((node) => node.nodeId)).toEqual(['a']);
    expect(feed.take()).toEqual([]);
    directory.applyEntry('a', undefined);
    expect(feed.take().map((node) => node.registered)).toEqual([false]);
    feed.close();
    directory.applyEntry('b', entry('b'));
    expect(feed.take()).toEqual([]);
  });

  it('finds a node by id or by a name that only one has', () => {
    const { directory } = fleet();
    directory.applyEntry('a', entry('a', 'web'));
    directory.applyEntry('b', entry('b', 'db'));
    directory.applyEntry('c', entry('c', 'db'));
    expect(directory.find('A').nodeId).toBe('a');
    expect(directory.find('web').nodeId).toBe('a');
    expect(() => directory.find('db')).toThrow('2 nodes are named "db": ask by node id, such as b');
    expect(() => directory.find('nobody')).toThrow('there is no node "nobody"');
  });
});
