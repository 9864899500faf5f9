import { expect, test } from 'vitest';
import { MusterError } from '../../../core/common/muster-error.ts';
import type { RegistryEntry } from '../../../core/common/registry-entry.ts';
import type { ConfigProfile, ConfigState, Heartbeat } from '../../../proto/gen/messages.ts';
import type { AuditInput } from '../../audit/audit-record.ts';
import type { ProfileInput, StoredProfile } from '../../configs/config-profile.ts';
import { Directory } from '../directory/directory.ts';
import type { CallContext } from './call-handlers.ts';
import { configHandlers } from './config-calls.ts';

const NONE: ConfigState = { version: 0, state: 'none', rejectedVersion: 0, problem: '' };
const profile = (given: Partial<StoredProfile> = {}): StoredProfile => ({
  ...{ name: 'base', version: 3, document: 'interval: 5s', filter: '', sharePercent: 100, changedMs: 7000 },
  ...given,
});

interface StagedNode {
  id: string;
  name?: string;
  info?: Partial<RegistryEntry['info']>;
  config?: Partial<ConfigState>;
}

function staged(stored: StoredProfile[], nodes: StagedNode[] = [], fails?: Error) {
  const directory = new Directory(() => 1000);
  for (const { id, name = '', info, config } of nodes) {
    directory.applyEntry(id, { info: { name, labels: {}, ...info }, enrolledMs: 0, intervalMs: 0 } as unknown as RegistryEntry);
    if (config !== undefined) directory.applyHeartbeat(id, { sentUs: 0, config: { ...NONE, ...config } } as Heartbeat);
  }
  const done: unknown[] = [];
  const asked: string[] = [];
  const handlers = configHandlers(
    {
      authorizer: {
        admit: async (_: unknown, scope: string) => {
          asked.push(scope);
          return { caller: { name: 'ada' }, signal: new AbortController().signal, release: () => undefined };
        },
      },
      events: { callFailed: () => undefined },
    } as unknown as CallContext,
    {
      directory,
      configs: {
        list: () => stored,
        put: async (input: ProfileInput, above: number) => {
          if (fails !== undefined) throw fails;
          done.push(['put', input, above]);
          const put = profile({ ...input, version: above + 1, sharePercent: input.sharePercent || 100 });
          stored.push(put);
          return put;
        },
        remove: async (name: string) => {
          if (fails !== undefined) throw fails;
          done.push(['remove', name]);
        },
      },
      audit: {
        record: async (input: AuditInput) => {
          done.push(['audit', input]);
          return true;
        },
      },
    },
  );
  type Handler = (call: unknown, callback: (error: Error | null, response: unknown) => void) => void;
  const call = <R>(method: string, request: object = {}): Promise<R> =>
    new Promise((resolve, reject) => {
      ((handlers as Record<string, unknown>)[method] as Handler)({ request, metadata: {} }, (error, response) =>
        error === null ? resolve(response as R) : reject(error),
      );
    });
  return { call, done, asked };
}

const list = async (stored: StoredProfile[], nodes: StagedNode[]): Promise<ConfigProfile[]> =>
  (await staged(stored, nodes).call<{ configs: ConfigProfile[] }>('listConfigs')).configs;

test('a configuration counts its nodes, and those that have its version', async () => {
  const nodes = [{ id: 'a', config: { version: 3, state: 'applied' } }, { id: 'b', config: { version: 2 } }, { id: 'c' }];
  expect(await list([profile()], nodes)).toEqual([
    {
      ...{ name: 'base', version: 3, document: 'interval: 5s', filter: '', sharePercent: 100, changed: { seconds: 7, nanos: 0 } },
      ...{ nodes: 3, simulations: 0, applied: 1, refused: 0, rolledBack: 0, problems: [] },
    },
  ]);
});

test('a simulation is counted and told apart, and a source, which takes no configuration, is not', async () => {
  const nodes = [{ id: 'a' }, { id: 'b', info: { simulated: true } }, { id: 'c', info: { agentVersion: '' } }];
  expect(await list([profile()], nodes)).toMatchObject([{ nodes: 2, simulations: 1 }]);
});

test('a node is counted where it is assigned, and under no other', async () => {
  const [all, some] = await list(
    [profile({ name: 'zzz' }), profile({ name: 'aaa', filter: 'name:web' })],
    [
      { id: 'a', name: 'web', config: { version: 3 } },
      { id: 'b', name: 'db', config: { version: 3 } },
    ],
  ).then((found) => [found.find(({ name }) => name === 'zzz'), found.find(({ name }) => name === 'aaa')]);
  expect([all?.nodes, all?.applied, some?.nodes, some?.applied]).toEqual([1, 1, 1, 1]);
});

test('a node outside the share, which keeps the version before, is not counted for the new one', async () => {
  const stored = profile({ sharePercent: 0, base: { version: 1, document: 'interval: 9s' } });
  expect(await list([stored], [{ id: 'a', config: { version: 1 } }])).toMatchObject([{ nodes: 0, applied: 0 }]);
});

test('refusals and roll-backs of this version are told with the node and its words', async () => {
  const found = await list(
    [profile()],
    [
      { id: 'a', name: 'web', config: { version: 2, state: 'refused', rejectedVersion: 3, problem: 'no such key' } },
      { id: 'b', config: { version: 2, state: 'rolled_back', rejectedVersion: 3, problem: 'it was cut off' } },
      { id: 'c', config: { version: 1, state: 'refused', rejectedVersion: 2, problem: 'of an older one' } },
    ],
  );
  expect(found).toMatchObject([{ refused: 1, rolledBack: 1, problems: ['web: no such key', 'b: it was cut off'] }]);
});

test('ten problems are named, and all are counted', async () => {
  const nodes = Array.from({ length: 11 }, (_, i) => ({ id: `n${i}`, config: { state: 'refused', rejectedVersion: 3, problem: 'no' } }));
  const [found] = await list([profile()], nodes);
  expect([found?.refused, found?.problems.length]).toEqual([11, 10]);
});

const REQUEST = { name: 'base', document: 'interval: 7s', filter: 'name:web', sharePercent: 20, validateOnly: false };

test('a new version is above all that any node knows, in force or refused, and is written to the audit after it is stored', async () => {
  const nodes = [{ id: 'a', config: { version: 4 } }, { id: 'b', config: { version: 2, rejectedVersion: 9 } }, { id: 'c' }];
  const { call, done, asked } = staged([profile()], nodes);
  expect(await call('putConfig', REQUEST)).toMatchObject({ name: 'base', version: 10, sharePercent: 20, filter: 'name:web' });
  const { validateOnly: _, ...input } = REQUEST;
  expect(done).toEqual([
    ['put', input, 9],
    [
      'audit',
      {
        ...{ kind: 'config', caller: 'ada', outcome: 'ok' },
        text: 'configuration base put as version 10 for 20 % of the nodes that match "name:web"',
        attributes: { name: 'base', version: '10', filter: 'name:web', share_percent: '20', document: 'interval: 7s' },
      },
    ],
  ]);
  expect(asked).toEqual(['admin']);
});

test('a fleet that knows no version begins above 0', async () => {
  const { call, done } = staged([], [{ id: 'a' }]);
  await call('putConfig', REQUEST);
  expect(done[0]).toMatchObject(['put', {}, 0]);
});

test('what is only validated is described as it would be, and nothing is stored or audited', async () => {
  const { call, done } = staged([profile(), profile({ name: 'other' })], [{ id: 'a', name: 'web', config: { version: 3 } }]);
  expect(await call('putConfig', { ...REQUEST, sharePercent: 0, validateOnly: true })).toMatchObject({
    ...{ name: 'base', version: 3, document: REQUEST.document, sharePercent: 100, nodes: 1, applied: 1 },
  });
  expect(await call('putConfig', { ...REQUEST, name: 'new', validateOnly: true })).toMatchObject({ version: 0 });
  expect(done).toEqual([]);
});

test('one that was never put has been refused by nobody', async () => {
  const { call } = staged([], [{ id: 'a', name: 'web', config: { version: 0, state: 'refused', rejectedVersion: 0, problem: 'old' } }]);
  expect(await call('putConfig', { ...REQUEST, sharePercent: 0, validateOnly: true })).toMatchObject({
    ...{ nodes: 1, refused: 0, problems: [] },
  });
});

test('a document that no agent would take is refused before anything is stored', async () => {
  const { call, done } = staged([]);
  await expect(call('putConfig', { ...REQUEST, document: '' })).rejects.toMatchObject({
    details: expect.stringContaining('the document is empty'),
  });
  await expect(call('putConfig', { ...REQUEST, sharePercent: 101, validateOnly: true })).rejects.toMatchObject({
    details: expect.stringContaining('share_percent is 101'),
  });
  expect(done).toEqual([]);
});

test('a deletion is in the audit, once it is done', async () => {
  const { call, done, asked } = staged([profile()]);
  expect(await call('deleteConfig', { name: 'base' })).toEqual({});
  expect(done).toEqual([
    ['remove', 'base'],
    ['audit', { kind: 'config', caller: 'ada', text: 'configuration base deleted', outcome: 'ok', attributes: { name: 'base' } }],
  ]);
  expect(asked).toEqual(['admin']);
});

test.each(['putConfig', 'deleteConfig'])('what %s could not do is not in the audit', async (method) => {
  const { call, done } = staged([], [], new MusterError('unavailable', 'the bucket is away'));
  await expect(call(method, REQUEST)).rejects.toMatchObject({ details: expect.stringContaining('the bucket is away') });
  expect(done).toEqual([]);
});
