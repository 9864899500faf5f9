// The address of the console's own pages in a window, and which addresses are theirs.
import { resolve, sep } from 'node:path';

/** A scheme of ours, so that pages have an origin, and files of the disk have none. */
export const PAGE_SCHEME = 'muster-console';
export const PAGE_ORIGIN = `${PAGE_SCHEME}://window`;
export const START_PAGE = `${PAGE_ORIGIN}/index.html`;

/** True for our own pages alone. */
export function isOwnPage(url: string): boolean {
  return url.startsWith(`${PAGE_ORIGIN}/`);
}

/** The file below `folder` that the address names; undefined where it names none or one outside. */
export function fileOf(url: string, folder: string): string | undefined {
  if (!isOwnPage(url)) return undefined;
  let path: string;
  try {
    path = decodeURIComponent(new URL(url).pathname);
  } catch {
    return undefined;
  }
  const file = resolve(folder, `.${path}`);
  return path.includes('\0') || !file.startsWith(folder + sep) ? undefined : file;
}
