import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SocketPort } from './socket-port.ts';

class StagedSocket {
  static readonly OPEN = 1;
  static all: StagedSocket[] = [];
  readyState = 0;
  closed = false;
  binaryType = '';
  onopen: (() => void) | null = null;
  onmessage: unknown = null;
  onclose: (() => void) | null = null;
  readonly url: string;

  constructor(url: string) {
    this.url = url;
    StagedSocket.all.push(this);
  }

  open(): void {
    this.readyState = StagedSocket.OPEN;
    this.onopen?.();
  }

  close(): void {
    this.closed = true;
  }
}

let status: number | undefined;

beforeEach(() => {
  vi.useFakeTimers();
  StagedSocket.all = [];
  vi.stubGlobal('WebSocket', StagedSocket);
  vi.stubGlobal('fetch', async () => {
    if (status === undefined) throw new TypeError('refused');
    return { status };
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function staged() {
  const closed: string[] = [];
  const port = new SocketPort(new URL('http://127.0.0.1:7444/s/abc/'));
  const opened = vi.fn();
  port.listen({ message: () => undefined, opened, closed: (reason) => void closed.push(reason) });
  return { port, closed, opened };
}

test('the socket lies beside the page, and is opened again while its server is away', async () => {
  status = undefined;
  const { closed, opened } = staged();
  expect(StagedSocket.all[0]?.url).toBe('ws://127.0.0.1:7444/s/abc/socket');
  StagedSocket.all[0]?.onclose?.();
  expect(closed).toEqual([expect.stringContaining('is it still running?')]);
  await vi.advanceTimersByTimeAsync(300);
  StagedSocket.all[1]?.open();
  expect(opened).toHaveBeenCalledTimes(1);
});

test('a session that ended is said so with what to do, and its server is not knocked at all the time', async () => {
  status = 401;
  const { closed } = staged();
  StagedSocket.all[0]?.onclose?.();
  await vi.advanceTimersByTimeAsync(59_000);
  expect(closed.at(-1)).toBe("this page's session has ended: muster status shows a new address to open");
  expect(StagedSocket.all).toHaveLength(1);
  status = 204;
  await vi.advanceTimersByTimeAsync(2000);
  expect(StagedSocket.all).toHaveLength(2);
});

test('who asks for it is not kept waiting for the next try', async () => {
  status = 401;
  const { port } = staged();
  StagedSocket.all[0]?.onclose?.();
  await vi.advanceTimersByTimeAsync(1000);
  port.renew('');
  expect(StagedSocket.all).toHaveLength(2);
  StagedSocket.all[1]?.open();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(StagedSocket.all).toHaveLength(2);
});

test('a server that takes a connection and says nothing is given up, and so is a socket that fell silent', async () => {
  status = undefined;
  const { port, closed } = staged();
  await vi.advanceTimersByTimeAsync(10_500);
  expect([closed.length, StagedSocket.all.length, StagedSocket.all[0]?.closed]).toEqual([1, 2, true]);
  StagedSocket.all[1]?.open();
  port.renew('silent for 6 s');
  expect(closed.at(-1)).toBe('silent for 6 s');
  await vi.advanceTimersByTimeAsync(300);
  expect(StagedSocket.all).toHaveLength(3);
});
