// "Check for updates": asks first, then reads the configured feed, and opens the page of a newer version where a person says so.
import { dialog, net, shell } from 'electron';
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { VERSION } from '../../core/common/version.ts';
import { isNewer } from '../../core/common/version-order.ts';
import { parseFeed } from './update-feed.ts';

const MAX_BYTES = 64 * 1024;
const TIMEOUT_MS = 15_000;

export async function checkForUpdates(feed: string): Promise<void> {
  if (
    !(await agreed(
      `Ask ${new URL(feed).host} for the newest version?`,
      'It learns the address of this machine, and nothing else is sent.',
      'Ask',
    ))
  )
    return;
  try {
    const { version, url } = parseFeed(feed, await fetchText(feed));
    if (!isNewer(version, VERSION)) {
      await dialog.showMessageBox({ type: 'info', message: `Muster ${VERSION} is the newest version.`, buttons: ['OK'] });
    } else if (await agreed(`Muster ${version} is there; this is ${VERSION}.`, `Open ${url} in the browser to get it?`, 'Open the page')) {
      await shell.openExternal(url);
    }
  } catch (error) {
    await dialog.showMessageBox({
      type: 'error',
      message: 'The check for updates failed.',
      detail: toMusterError(error).message,
      buttons: ['OK'],
    });
  }
}

async function agreed(message: string, detail: string, yes: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message,
    detail,
    buttons: [yes, 'Not now'],
    defaultId: 0,
    cancelId: 1,
  });
  return response === 0;
}

/** No redirect is followed: the feed is where it was configured to be. */
function fetchText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = net.request({ url, redirect: 'error', credentials: 'omit' } as Electron.ClientRequestConstructorOptions);
    const fail = (why: string): void => {
      clearTimeout(timer);
      request.abort();
      reject(new MusterError('unavailable', `the update feed ${url} cannot be read: ${why}`));
    };
    const timer = setTimeout(() => fail(`no answer within ${TIMEOUT_MS / 1000} s`), TIMEOUT_MS);
    request.on('error', (error) => fail(error.message));
    request.on('response', (response) => {
      if (response.statusCode !== 200) {
        fail(`it answers ${response.statusCode}`);
        return;
      }
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk) => {
        bytes += chunk.length;
        if (bytes > MAX_BYTES) fail(`it has more than ${MAX_BYTES} bytes`);
        else chunks.push(chunk);
      });
      response.on('end', () => {
        clearTimeout(timer);
        resolve(Buffer.concat(chunks).toString('utf8'));
      });
    });
    request.end();
  });
}
