import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { WebDownloads } from './web-downloads.ts';

async function fetched(run: (downloads: WebDownloads, port: number) => Promise<void>): Promise<void> {
  const downloads = new WebDownloads();
  const server = createServer((request, response) => {
    if (!downloads.serve((request.url ?? '').slice(1), response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await run(downloads, (server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('a download is fetched once, under its name, and has all that was written', () =>
  fetched(async (downloads, port) => {
    const file = await downloads.open('CPU – “Łódź”.csv');
    const writing = (async () => {
      for (let part = 0; part < 50; part++) await file.write('x'.repeat(65_536));
      await file.commit();
    })();
    const response = await fetch(`http://127.0.0.1:${port}/${file.download}`);
    expect(decodeURIComponent(response.headers.get('content-disposition') ?? '')).toBe("attachment; filename*=UTF-8''CPU – “Łódź”.csv");
    expect((await response.text()).length).toBe(50 * 65_536);
    await writing;
    expect((await fetch(`http://127.0.0.1:${port}/${file.download}`)).status).toBe(404);
  }));

test('a reader that goes away ends the writing', () =>
  fetched(async (downloads, port) => {
    const file = await downloads.open('a.csv');
    const request = get(`http://127.0.0.1:${port}/${file.download}`, (response) => response.once('data', () => request.destroy()));
    request.on('error', () => undefined);
    const write = async (): Promise<void> => {
      for (;;) await file.write('x'.repeat(1_000_000));
    };
    await expect(write()).rejects.toThrow('the browser ended the download');
    await file.abandon();
  }));

test('a reader that goes away before the last bytes has not got it', () =>
  fetched(async (downloads, port) => {
    const file = await downloads.open('a.csv');
    const request = get(`http://127.0.0.1:${port}/${file.download}`, (response) => response.pause());
    request.on('error', () => undefined);
    await file.write('x');
    const response = await new Promise<import('node:http').IncomingMessage>((resolve) => request.once('response', resolve));
    // More than the connection holds, so that the end waits for a reader.
    const writing = file.write(Buffer.alloc(64 * 1024 * 1024)).then(
      () => '',
      (error: Error) => error.message,
    );
    const committed = expect(file.commit()).rejects.toThrow('the browser ended the download');
    response.destroy();
    await committed;
    await writing;
  }));
