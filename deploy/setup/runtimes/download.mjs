// Downloads a file over HTTP: resumes what an earlier try left, and hands over only what has the right checksum.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SetupError, wordsOf } from '../setup-error.mjs';
import { unusedProxyWords, useProxy } from './proxy.mjs';

/** A host that does not answer within this is out of reach: there are other ways, so we go on to them soon. */
const CONNECT_MS = 4_000;
/** No byte for so long ends a download; the next try resumes it. */
const STALL_MS = 30_000;

/** @typedef {(done: number, total: number | undefined) => void} OnBytes */

/**
 * Asks with a deadline for the answer's head; afterwards the body has STALL_MS per piece.
 * @param {string} url @param {Record<string, string>} [headers]
 */
async function request(url, headers = {}) {
  const controller = new AbortController();
  const alarm = { timer: setTimeout(() => controller.abort(), CONNECT_MS) };
  const leaveProxy = useProxy(process.env);
  const done = () => {
    clearTimeout(alarm.timer);
    leaveProxy();
  };
  try {
    const response = await fetch(url, { headers: { 'user-agent': 'muster-setup', ...headers }, signal: controller.signal });
    clearTimeout(alarm.timer);
    const touch = () => {
      clearTimeout(alarm.timer);
      alarm.timer = setTimeout(() => controller.abort(), STALL_MS);
    };
    return { response, touch, done };
  } catch (thrown) {
    done();
    const why = controller.signal.aborted
      ? `no answer within ${CONNECT_MS / 1000} s`
      : wordsOf(/** @type {Error} */ (thrown).cause ?? thrown);
    throw new SetupError('unavailable', `${new URL(url).host} cannot be reached (${why})${unusedProxyWords(process.env)}`, thrown);
  }
}

/** A short text. @param {string} url @returns {Promise<string>} */
export async function fetchText(url) {
  const { response, touch, done } = await request(url);
  try {
    touch();
    if (!response.ok) throw new SetupError('unavailable', `${url} answered ${response.status}`);
    return await response.text();
  } finally {
    done();
  }
}

/** @param {string} path */
async function sizeOf(path) {
  return stat(path).then(
    (found) => found.size,
    () => 0,
  );
}

/** @param {string} path */
export async function sha256Of(path) {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest('hex');
}

/**
 * Brings `url` to `target`. The bytes collect in `TARGET.part`, which a later call resumes; `target` appears by a rename, whole and checked.
 * @param {{ url: string, target: string, sha256: string, onBytes?: OnBytes }} job
 * @throws {SetupError} unavailable (what came so far is kept) or malformed (checksum: nothing is kept)
 */
export async function download({ url, target, sha256, onBytes }) {
  const part = `${target}.part`;
  await mkdir(dirname(target), { recursive: true });
  const have = await sizeOf(part);
  const { response, touch, done } = await request(url, have > 0 ? { range: `bytes=${have}-` } : {});
  try {
    // 416: there is nothing after what we have. The checksum decides whether that is the whole file.
    if (response.status !== 416) {
      if (!response.ok) throw new SetupError('unavailable', `${url} answered ${response.status}`);
      if (!response.body) throw new SetupError('unavailable', `${url} answered without a body`);
      const resumed = response.status === 206;
      const length = Number(response.headers.get('content-length')) || undefined;
      let count = resumed ? have : 0;
      const total = length === undefined ? undefined : count + length;
      touch();
      const body = Readable.fromWeb(/** @type {any} */ (response.body));
      body.on('data', (piece) => {
        touch();
        count += piece.length;
        onBytes?.(count, total);
      });
      await pipeline(body, createWriteStream(part, { flags: resumed ? 'a' : 'w' }));
    }
  } catch (thrown) {
    if (thrown instanceof SetupError) throw thrown;
    throw new SetupError('unavailable', `The download of ${url} broke off (${wordsOf(thrown)}); the next try resumes it`, thrown);
  } finally {
    done();
  }
  const actual = await sha256Of(part);
  if (actual !== sha256.toLowerCase()) {
    await rm(part, { force: true });
    throw new SetupError('malformed', `${url} has the sha256 ${actual} where its release states ${sha256}: it was thrown away`);
  }
  await rename(part, target);
}
