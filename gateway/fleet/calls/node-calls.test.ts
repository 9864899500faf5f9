import { expect, test } from 'vitest';
import type { RegistryEntry } from '../../../core/common/registry-entry.ts';
import type { Node } from '../../../proto/gen/messages.ts';
import type { AuditInput } from '../../audit/audit-record.ts';
import { Directory } from '../directory/directory.ts';
import type { CallContext } from './call-handlers.ts';
import { labelHandlers } from './label-calls.ts';
import { nodeHandlers } from './node-calls.ts';

const entry = (nodeId: string, name: string, more: object = {}) =>
  ({ nodeId, info: { name, labels: {}, agentVersion: '1' }, enrolledMs: 1, intervalMs: 1000, ...more }) as unknown as RegistryEntry;
const SHARED = { problem: 'two machines use this identity', sinceMs: 5 };

function staged() {
  const directory = new Directory(() => 1000);
  const done: unknown[] = [];
  const audited: AuditInput[] = [];
  const scopes: string[] = [];
  const context = {
    authorizer: {
      admit: async (_: unknown, scope: string) => {
        scopes.push(scope);
        return { caller: { name: 'ada' }, signal: new AbortController().signal, release: () => undefined };
      },
    },
    events: { callFailed: () => undefined },
  } as unknown as CallContext;
  const audit = {
    record: async (input: AuditInput) => {
      await Promise.resolve();
      audited.push(input);
      return true;
    },
  };
  let released: RegistryEntry | undefined;
  const handlers = {
    ...nodeHandlers(context, { directory, audit, registry: { release: async () => released } }),
    ...labelHandlers(context, {
      ...{ directory, audit },
      registry: {
        setLabels: async (nodeId, change) => {
          done.push(change);
          return entry(nodeId, 'web', { info: { name: 'web', labels: change.set, agentVersion: '1' } });
        },
      },
    }),
  };
  type Handler = (call: unknown, callback: (error: Error | null, response: unknown) => void) => void;
  const call = <R>(method: string, request: object): Promise<R> =>
    new Promise((resolve, reject) => {
      ((handlers as Record<string, unknown>)[method] as Handler)({ request, metadata: {} }, (error, response) =>
        error === null ? resolve(response as R) : reject(error),
      );
    });
  const release = (with_: RegistryEntry | undefined): void => {
    released = with_;
  };
  return { directory, done, audited, scopes, call, release };
}

test('a node that is released from quarantine is free at once, and who did it is in the audit', async () => {
  const { directory, audited, scopes, call, release } = staged();
  directory.applyEntry('a', entry('a', 'web', { shared: SHARED }));
  release(entry('a', 'web'));
  expect(directory.get('a')?.problem).toBe(SHARED.problem);
  const node = await call<Node>('releaseNode', { node: 'web' });
  expect([node.nodeId, node.problem, directory.get('a')?.problem, scopes]).toEqual(['a', '', '', ['admin']]);
  expect(audited).toEqual([
    { kind: 'node', caller: 'ada', outcome: 'ok', nodeId: 'a', text: 'node web (a) was released from the quarantine of a shared identity' },
  ]);
});

test('what has nothing to be released from is told so, with why', async () => {
  const { directory, audited, call } = staged();
  directory.applyEntry('a', entry('a', ''));
  await expect(call('releaseNode', { node: 'a' })).rejects.toMatchObject({
    details: 'node a has nothing to be released from: it is not quarantined',
  });
  directory.applyEntry('b', entry('b', 'db', { shared: SHARED }));
  await expect(call('releaseNode', { node: 'b' })).rejects.toMatchObject({
    details: `node db (b) has nothing to be released from: its quarantine ends by itself when this does: ${SHARED.problem}`,
  });
  await expect(call('releaseNode', { node: 'none' })).rejects.toMatchObject({
    details: expect.stringContaining('there is no node "none"'),
  });
  expect(audited).toEqual([]);
});

test('labels that were set are seen at once, and each change is in the audit', async () => {
  const { directory, done, audited, scopes, call } = staged();
  directory.applyEntry('a', entry('a', 'web'));
  const node = await call<Node>('setNodeLabels', { node: 'web', set: { role: 'db' }, remove: ['old'], seen: { labels: { role: 'x' } } });
  expect(node.info?.labels).toEqual({ role: 'db' });
  expect(directory.get('a')?.info?.labels).toEqual({ role: 'db' });
  expect(done).toEqual([{ set: { role: 'db' }, remove: ['old'], seen: { role: 'x' } }]);
  expect(audited).toEqual([
    {
      ...{ kind: 'labels', caller: 'ada', outcome: 'ok', nodeId: 'a', attributes: { role: 'db' } },
      text: 'labels of web changed: role=db old-',
    },
  ]);
  expect(scopes).toEqual(['admin']);
});

test('labels that cannot be are refused before anything is written', async () => {
  const { directory, done, audited, call } = staged();
  directory.applyEntry('a', entry('a', 'web'));
  await expect(call('setNodeLabels', { node: 'web', set: {}, remove: [] })).rejects.toBeDefined();
  await expect(call('setNodeLabels', { node: 'none', set: { role: 'db' }, remove: [] })).rejects.toBeDefined();
  expect([done, audited]).toEqual([[], []]);
});
