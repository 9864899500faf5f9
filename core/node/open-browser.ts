// Opens an address in the browser of whoever sits at this machine.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MusterError } from '../common/muster-error.ts';

/** So long a browser may take to come up and read the page. */
const PAGE_KEPT_MS = 60_000;

export interface BrowserOptions {
  /** Default what the system opens pages with. */
  command?: readonly string[];
  platform?: NodeJS.Platform;
}

/**
 * The address may hold a token, and every user of a machine can read the arguments of every process: the browser is given a page that only
 * this user can read, and that leads to the address. Rejects with `unavailable` where no browser could be started.
 */
export async function openInBrowser(address: string, options: BrowserOptions = {}): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'muster-open-'));
  const forget = (): void => rmSync(folder, { recursive: true, force: true });
  setTimeout(forget, PAGE_KEPT_MS).unref();
  process.once('exit', forget);
  const page = join(folder, 'muster.html');
  writeFileSync(page, leadingTo(address), { mode: 0o600 });
  const [program = '', ...args] = options.command ?? openerOf(options.platform ?? process.platform);
  // What the browser prints is nobody's; it outlives this process.
  const child = spawn(program, [...args, pathToFileURL(page).href], { stdio: 'ignore', detached: true });
  child.unref();
  await new Promise<void>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(noBrowser(program, error.code ?? error.message, error)));
    child.once('spawn', () => {
      // Openers end at once where they have nothing to open with, and some stay for as long as the browser.
      const settled = setTimeout(resolve, 1500);
      child.once('exit', (code, signal) => {
        clearTimeout(settled);
        if (code === 0) resolve();
        else reject(noBrowser(program, `it ended with ${signal ?? `code ${code}`}`));
      });
    });
  });
}

function openerOf(platform: NodeJS.Platform): readonly string[] {
  if (platform === 'darwin') return ['open'];
  return platform === 'win32' ? ['rundll32', 'url.dll,FileProtocolHandler'] : ['xdg-open'];
}

function noBrowser(program: string, why: string, cause?: unknown): MusterError {
  return new MusterError('unavailable', `no browser could be opened by ${program} (${why}): open the address by hand`, cause);
}

function leadingTo(address: string): string {
  const quoted = address.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return [
    '<!doctype html><meta charset="utf-8"><title>Muster</title>',
    `<meta http-equiv="refresh" content="0;url=${quoted}">`,
    `<p><a rel="noreferrer" href="${quoted}">Open the console</a></p>`,
  ].join('\n');
}
