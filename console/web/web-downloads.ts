// Exports as downloads of the browser: each waits under a secret path for its one reader, and is written no faster than that reads.
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { MusterError } from '../../core/common/muster-error.ts';
import type { ExportFile, ExportTarget } from '../host/exports.ts';

/** Below the path of a session. */
export const DOWNLOAD_PATH = 'exports/';
const FETCH_WITHIN_MS = 30_000;

class Download implements ExportFile {
  readonly name: string;
  readonly download: string;
  readonly #reader: Promise<ServerResponse>;
  attach: (response: ServerResponse) => void = () => undefined;
  giveUp: (error: MusterError) => void = () => undefined;
  /** It waits for its reader no more. */
  forget: () => void = () => undefined;

  constructor(name: string, download: string) {
    this.name = name;
    this.download = download;
    this.#reader = new Promise((resolve, reject) => {
      this.attach = resolve;
      this.giveUp = reject;
    });
    // Whoever writes next hears of it.
    this.#reader.catch(() => undefined);
  }

  async write(data: Uint8Array | string): Promise<void> {
    const response = await this.#reader;
    if (response.destroyed) throw goneError();
    if (response.write(data)) return;
    await new Promise<void>((resolve, reject) => {
      const done = (error?: MusterError): void => {
        response.off('drain', drained).off('close', closed);
        if (error === undefined) resolve();
        else reject(error);
      };
      const drained = (): void => done();
      const closed = (): void => done(goneError());
      response.on('drain', drained).on('close', closed);
    });
  }

  async commit(): Promise<void> {
    const response = await this.#reader;
    response.end();
    // Whoever is gone by then has not got all of it.
    await finished(response).catch(() => {
      throw goneError();
    });
  }

  /** A download that ends without its end is shown as failed. */
  async abandon(): Promise<void> {
    this.forget();
    this.giveUp(new MusterError('cancelled', 'the export has ended'));
    await this.#reader.then(
      (response) => void response.destroy(),
      () => undefined,
    );
  }
}

export class WebDownloads implements ExportTarget {
  readonly #waiting = new Map<string, Download>();

  async open(name: string): Promise<ExportFile> {
    const path = DOWNLOAD_PATH + randomBytes(24).toString('base64url');
    const download = new Download(name, path);
    this.#waiting.set(path, download);
    download.forget = () => {
      clearTimeout(timer);
      this.#waiting.delete(path);
    };
    const timer = setTimeout(() => {
      if (!this.#waiting.delete(path)) return;
      download.giveUp(new MusterError('deadline_exceeded', `the browser did not fetch ${name} within ${FETCH_WITHIN_MS / 1000} s`));
    }, FETCH_WITHIN_MS);
    timer.unref();
    return download;
  }

  /** False where nothing waits there. The path counts once; who may ask was checked. */
  serve(path: string, response: ServerResponse): boolean {
    const download = this.#waiting.get(path);
    if (download === undefined) return false;
    this.#waiting.delete(path);
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(download.name)}`,
      'cache-control': 'no-store',
    });
    response.flushHeaders();
    download.attach(response);
    return true;
  }
}

function goneError(): MusterError {
  return new MusterError('unavailable', 'the browser ended the download');
}
