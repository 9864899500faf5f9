import { expect, test } from 'vitest';
import { CALLS } from '../../proto/gen/services.ts';
import type { RequestName } from '../common/console-api.ts';
import { ConsoleBackend } from './console-backend.ts';
import { browserSurface, ContextDesk } from './context-desk.ts';
import { accessOf } from './request-access.ts';

const PROD = { name: 'prod', gateway: '127.0.0.1:1', colour: 'plum', tags: [], readOnly: true } as const;
const FILES = { gateway: '127.0.0.1:1', caFile: '/none', tokenFile: '/none' };

const CHANGES: RequestName[] = [
  ...(['createJoinToken', 'releaseNode', 'removeNode', 'runCommand', 'setNodeLabels'] as const),
  ...(['replayDeadLetters', 'discardDeadLetters'] as const),
];
const READS: RequestName[] = [
  ...(['listMeasurements', 'query', 'getNode', 'getSeries', 'joinInfo', 'verify', 'listDeadLetters', 'getDeadLetter'] as const),
  ...(['startExport', 'cancelExport', 'reconnect', 'unlock', 'lock', 'openContext', 'setNotifications', 'setZoom'] as const),
];

test('the host itself refuses every request that writes, whatever a page shows', async () => {
  const desk = new ContextDesk(PROD, '/nowhere', browserSurface({}));
  const backend = new ConsoleBackend(FILES, desk);
  for (const name of READS) expect(accessOf(name), name).toBe('read');
  for (const name of CHANGES) {
    expect(accessOf(name), name).toBe('write');
    await expect(backend.request(name, {} as never), name).rejects.toMatchObject({ code: 'permission_denied' });
  }
  await expect(backend.request('getNode', { node: 'x' })).rejects.toMatchObject({ code: 'unavailable' });
  // What subscriptions ask the gateway, again and again.
  for (const name of ['watchNodes', 'watchMetrics', 'getPipelineStatus'] as const) expect(CALLS[name].change, name).toBe('');
});

test('unlocked by its name it lets them pass to the gateway, and locked again it does not', async () => {
  const desk = new ContextDesk(PROD, '/nowhere', browserSurface({}));
  const backend = new ConsoleBackend(FILES, desk);
  const remove = (): Promise<unknown> => backend.request('removeNode', { node: 'x' } as never);
  await expect(backend.request('unlock', { confirm: 'production' })).rejects.toMatchObject({ code: 'invalid_argument' });
  await expect(remove()).rejects.toMatchObject({ code: 'permission_denied' });
  await backend.request('unlock', { confirm: 'prod' });
  await expect(remove()).rejects.toMatchObject({ code: 'unavailable' });
  await backend.request('lock', {});
  await expect(remove()).rejects.toMatchObject({ code: 'permission_denied' });
});

test('pages hear of the lock, and of no file or token', async () => {
  const desk = new ContextDesk(PROD, '/nowhere', browserSurface({ Muster: '1.0.0' }));
  const backend = new ConsoleBackend(FILES, desk);
  const heard: unknown[] = [];
  const end = backend.subscribe('desk', {}, (state) => heard.push(state));
  await backend.request('unlock', { confirm: 'prod' });
  await backend.request('lock', {});
  end();
  expect(heard).toHaveLength(3);
  expect(heard[1]).toMatchObject({ context: PROD, unlockedUntilMs: expect.any(Number) });
  expect(JSON.stringify(heard)).not.toMatch(/none|token/i);
});

test('what only a window can do is refused in a browser, in words', async () => {
  const backend = new ConsoleBackend(FILES, new ContextDesk(PROD, '/nowhere', browserSurface({})));
  await expect(backend.request('openContext', { name: 'lab' })).rejects.toThrow(/browser's own business/);
  await expect(backend.request('setZoom', { percent: 120 })).rejects.toThrow(/browser's own business/);
});
