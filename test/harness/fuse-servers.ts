// File systems whose server is this process, and may stop to answer: what a network mount is to an agent. Needs root and /dev/fuse.
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { MusterError } from '../../core/common/muster-error.ts';

const NEEDS =
  'this drill needs root and /dev/fuse: run it as root on Linux (modprobe fuse), in a container with --privileged --device /dev/fuse';
const POLL_MS = 5;
const IN_HEADER = 40;
const OUT_HEADER = 16;
const [LOOKUP, FORGET, GETATTR, STATFS, INIT, INTERRUPT, BATCH_FORGET] = [1, 2, 3, 17, 26, 36, 42];
const [ENOENT, ENOSYS] = [2, 38];
const FOLDER_MODE = 0o40755;
const BLOCK_BYTES = 4096;
/** The one folder that each has, for a mount below it. */
export const FOLDER = 'below';

/** `deaf` leaves requests where they are, the first one too; `mute` takes them and does not answer, so that who asks cannot even be killed. */
export type Manner = 'answers' | 'deaf' | 'mute';

export class FuseServers {
  /** Of /dev/fuse, one for each, to be inherited by the program that mounts them. */
  readonly fds: readonly number[];
  readonly #manners: Manner[];
  readonly #timer: NodeJS.Timeout;
  readonly #unanswered: { index: number; answer: () => void }[] = [];
  readonly #request = Buffer.alloc(1_048_576 + 4096);

  /** Throws `missing_runtime` with what it needs. */
  constructor(manners: readonly Manner[]) {
    try {
      this.fds = manners.map(() => openSync('/dev/fuse', constants.O_RDWR | constants.O_NONBLOCK));
    } catch (error) {
      throw new MusterError('missing_runtime', `${NEEDS} (${(error as Error).message})`, error);
    }
    this.#manners = [...manners];
    this.#timer = setInterval(() => {
      for (const [index, fd] of this.fds.entries()) this.#serve(fd, index);
    }, POLL_MS);
  }

  /** What the server does from now on. One that answers again answers what it took before, too. */
  become(index: number, manner: Manner): void {
    this.#manners[index] = manner;
    if (manner === 'answers') for (const { answer } of this.#unanswered.filter((one) => one.index === index)) answer();
  }

  /** All requests fail from now on, those that wait too. */
  stop(): void {
    clearInterval(this.#timer);
    for (const fd of this.fds) closeSync(fd);
  }

  #serve(fd: number, index: number): void {
    while (this.#manners[index] !== 'deaf') {
      let length: number;
      try {
        length = readSync(fd, this.#request);
      } catch {
        // Nothing waits, it is not mounted yet or not any more.
        return;
      }
      const request = Buffer.from(this.#request.subarray(0, length));
      const answer = (): void => reply(fd, request, index);
      if (this.#manners[index] === 'mute' && request.readUInt32LE(4) !== INIT) this.#unanswered.push({ index, answer });
      else answer();
    }
  }
}

function reply(fd: number, request: Buffer, index: number): void {
  const opcode = request.readUInt32LE(4);
  if (opcode === FORGET || opcode === BATCH_FORGET || opcode === INTERRUPT) return;
  const body = bodyOf(opcode as number, request, index);
  const header = Buffer.alloc(OUT_HEADER);
  header.writeUInt32LE(OUT_HEADER + (typeof body === 'number' ? 0 : body.length), 0);
  header.writeInt32LE(typeof body === 'number' ? -body : 0, 4);
  request.copy(header, 8, 8, 16);
  try {
    writeSync(fd, Buffer.concat(typeof body === 'number' ? [header] : [header, body]));
  } catch {
    // Who asked has gone away.
  }
}

/** An error's number, or the bytes behind the header (include/uapi/linux/fuse.h). */
function bodyOf(opcode: number, request: Buffer, index: number): number | Buffer {
  switch (opcode) {
    case INIT: {
      const init = Buffer.alloc(64);
      init.writeUInt32LE(7, 0);
      init.writeUInt32LE(Math.min(31, request.readUInt32LE(IN_HEADER + 4)), 4);
      init.writeUInt32LE(BLOCK_BYTES, 20);
      return init;
    }
    case GETATTR:
      return Buffer.concat([Buffer.alloc(16), attributes(1)]);
    case LOOKUP: {
      if (request.toString('utf8', IN_HEADER, request.length - 1) !== FOLDER) return ENOENT;
      // Known for no time: each walk through it asks again.
      const entry = Buffer.alloc(40);
      entry.writeBigUInt64LE(2n, 0);
      return Buffer.concat([entry, attributes(2)]);
    }
    case STATFS: {
      const stats = Buffer.alloc(80);
      for (const [at, value] of [1000 + index, 500, 400, 100, 50].entries()) stats.writeBigUInt64LE(BigInt(value), at * 8);
      // The best size to read is not the size of a block.
      stats.writeUInt32LE(BLOCK_BYTES * 256, 40);
      stats.writeUInt32LE(255, 44);
      stats.writeUInt32LE(BLOCK_BYTES, 48);
      return stats;
    }
    default:
      return ENOSYS;
  }
}

function attributes(inode: number): Buffer {
  const bytes = Buffer.alloc(88);
  bytes.writeBigUInt64LE(BigInt(inode), 0);
  bytes.writeUInt32LE(FOLDER_MODE, 60);
  bytes.writeUInt32LE(2, 64);
  bytes.writeUInt32LE(BLOCK_BYTES, 80);
  return bytes;
}
