// The built pages, read once at start: a request can only name what was there then, never a path of the disk.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';

export interface Asset {
  type: string;
  body: Buffer;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** URL path → asset, from the first of the folders that exists. Throws `missing_runtime` where the pages were never built. */
export function loadAssets(folders: readonly string[]): Map<string, Asset> {
  const folder = folders.find((candidate) => existsSync(join(candidate, 'index.html')));
  if (folder === undefined) {
    throw new MusterError('missing_runtime', `the console's pages are not built (looked in ${folders.join(', ')}): run npm start once`);
  }
  const assets = new Map<string, Asset>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const file = join(entry.parentPath, entry.name);
    assets.set(`/${file.slice(folder.length).replaceAll('\\', '/').replace(/^\/+/, '')}`, { type, body: readFileSync(file) });
  }
  const page = assets.get('/index.html');
  if (page !== undefined) assets.set('/', page);
  return assets;
}
