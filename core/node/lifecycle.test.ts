import { describe, expect, it } from 'vitest';
import { type Component, startAll } from './lifecycle.ts';

function recorded(names: string[], failing?: string): { components: Component[]; calls: string[] } {
  const calls: string[] = [];
  const components = names.map((name) => ({
    name,
    async start() {
      calls.push(`start ${name}`);
      if (name === failing) throw new Error(`${name} cannot start`);
    },
    async stop() {
      calls.push(`stop ${name}`);
    },
  }));
  return { components, calls };
}

describe('startAll', () => {
  it('starts in order and stops in reverse, once', async () => {
    const { components, calls } = recorded(['a', 'b']);
    const stop = await startAll(components);
    await stop();
    await stop();
    expect(calls).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('stops what it started when one fails, and gives the reason', async () => {
    const { components, calls } = recorded(['a', 'b', 'c'], 'b');
    await expect(startAll(components)).rejects.toThrow('b cannot start');
    expect(calls).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('stops the rest when one does not stop cleanly, and says so', async () => {
    const { components, calls } = recorded(['a', 'b']);
    (components[1] as Component).stop = async () => {
      throw new Error('stuck');
    };
    const stop = await startAll(components);
    await expect(stop()).rejects.toThrow('some components did not stop cleanly');
    expect(calls).toContain('stop a');
  });
});
