// Serves the built pages under our own scheme, with the headers of a strict policy. Works on Electron 22 (buffers) and later ones (responses).
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { protocol } from 'electron';
import { fault } from '../../core/node/faults.ts';
import { contentSecurityPolicy } from '../common/content-security.ts';
import { fileOf, PAGE_SCHEME } from './page-address.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

interface Answer {
  status: number;
  type: string;
  body: Buffer;
}

/** Before the app is ready: the scheme behaves as https does. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: PAGE_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** After the app is ready. `folder` holds the built pages. */
export function servePages(folder: string): void {
  const headers = {
    'content-security-policy': contentSecurityPolicy([]),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  };
  if (typeof protocol.handle === 'function') {
    protocol.handle(PAGE_SCHEME, async (request) => {
      const { status, type, body } = await answer(request.url, folder);
      return new Response(new Uint8Array(body), { status, headers: { ...headers, 'content-type': type } });
    });
    return;
  }
  protocol.registerBufferProtocol(PAGE_SCHEME, (request, respond) => {
    answer(request.url, folder)
      .then(({ status, type, body }) => respond({ statusCode: status, mimeType: type, charset: 'utf-8', data: body, headers }))
      .catch(fault);
  });
}

async function answer(url: string, folder: string): Promise<Answer> {
  const file = fileOf(url, folder);
  const type = TYPES[extname(file ?? '')];
  if (file === undefined || type === undefined) return { status: 404, type: 'text/plain', body: Buffer.from('There is no such page.') };
  try {
    return { status: 200, type, body: await readFile(file) };
  } catch {
    return { status: 404, type: 'text/plain', body: Buffer.from('There is no such page.') };
  }
}
