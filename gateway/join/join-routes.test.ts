import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HttpRequest } from '../http/http-door.ts';
import { joinRoutes } from './join-routes.ts';

const MIB = 1024 * 1024;
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-join-'));
  path = join(folder, 'agent.mjs');
  writeFileSync(path, Buffer.alloc(4 * MIB));
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

/** A download that was begun; closing its connection aborts it, as the door does. */
async function begin(): Promise<{ chunks: AsyncIterator<Uint8Array>; destroy: ReturnType<typeof vi.fn> }> {
  const routes = joinRoutes({ caPem: '', programs: { list: async () => [{ target: 'node', path, sha256: 'ab', bytes: 4 * MIB }] } });
  const route = routes.find((each) => each.path.startsWith('/join/program'));
  const aborted = new AbortController();
  const destroy = vi.fn(() => aborted.abort());
  const stream = { socket: { remoteAddress: '10.0.0.1', destroy } };
  const request = { parameter: 'ab', signal: aborted.signal, stream } as unknown as HttpRequest;
  const { body } = (await route?.answer(request)) ?? {};
  return { chunks: (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator](), destroy };
}

/** Reads at least so many bytes. */
async function read(chunks: AsyncIterator<Uint8Array>, bytes: number): Promise<void> {
  for (let got = 0; got < bytes; ) got += (await chunks.next()).value.length;
}

test('a download of which nobody reads is ended after 30 s', async () => {
  const { destroy } = await begin();
  vi.advanceTimersByTime(29_999);
  expect(destroy).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(destroy).toHaveBeenCalledTimes(1);
});

test('one over a slow line goes on while it moves, and ends where it moves no more', async () => {
  const { chunks, destroy } = await begin();
  for (let i = 0; i < 4; i++) {
    await read(chunks, 0.6 * MIB);
    vi.advanceTimersByTime(30_000);
  }
  expect(destroy).not.toHaveBeenCalled();
  vi.advanceTimersByTime(30_000);
  expect(destroy).toHaveBeenCalledTimes(1);
});

test('nothing watches a download that ended', async () => {
  const { chunks, destroy } = await begin();
  for (let end = false; !end; ) end = (await chunks.next()).done === true;
  expect(vi.getTimerCount()).toBe(0);
  expect(destroy).not.toHaveBeenCalled();
});
