// The records of /run/utmp (man 5 utmp). How long they are, and how their numbers stand, differs by architecture: glibc has 384 bytes where
// 32-bit programs share the file (x86-64, ppc64le), else 400 (arm64, riscv64), and s390x writes its numbers the other way round.
import { MusterError } from '../../core/common/muster-error.ts';

export interface LoginSession {
  user: string;
  /** From another machine. */
  remote: boolean;
  /** Of the process that leads the session; 0 where it is not told. */
  pid: number;
}

const USER_PROCESS = 7;
const LAST_TYPE = 9;
const PID_AT = 4;
const USER_AT = 44;
const HOST_AT = 76;

interface Layout {
  bytes: number;
  bigEndian: boolean;
}

const LAYOUTS: readonly Layout[] = [
  { bytes: 384, bigEndian: false },
  { bytes: 400, bigEndian: false },
  { bytes: 384, bigEndian: true },
  { bytes: 400, bigEndian: true },
];

/** The sessions of users; a record cut short is left out. Throws `malformed` where these are no records. */
export function parseUtmp(bytes: Buffer): LoginSession[] {
  if (bytes.length === 0) return [];
  const layout = findLayout(bytes);
  if (layout === undefined) throw new MusterError('malformed', `utmp has ${bytes.length} bytes that are no records of sessions`);
  const sessions: LoginSession[] = [];
  for (let at = 0; at + layout.bytes <= bytes.length; at += layout.bytes) {
    if (typeAt(bytes, at, layout) !== USER_PROCESS) continue;
    const host = textAt(bytes, at + HOST_AT, 256);
    const pid = layout.bigEndian ? bytes.readInt32BE(at + PID_AT) : bytes.readInt32LE(at + PID_AT);
    // `:0` is the display of this machine.
    sessions.push({ user: textAt(bytes, at + USER_AT, 32), remote: host !== '' && !host.startsWith(':'), pid });
  }
  return sessions;
}

/** The file's length tells; where several lengths fit, the one with most records that say something. */
function findLayout(bytes: Buffer): Layout | undefined {
  const fitting = LAYOUTS.filter((layout) => bytes.length % layout.bytes === 0);
  return mostTelling(bytes, fitting) ?? mostTelling(bytes, LAYOUTS);
}

function mostTelling(bytes: Buffer, layouts: readonly Layout[]): Layout | undefined {
  let best: Layout | undefined;
  let most = -1;
  for (const layout of layouts) {
    const count = countTelling(bytes, layout);
    if (count > most) {
      best = layout;
      most = count;
    }
  }
  return best;
}

/** Records of a type other than empty; -1 where one has a type that there is not. */
function countTelling(bytes: Buffer, layout: Layout): number {
  let count = 0;
  for (let at = 0; at + layout.bytes <= bytes.length; at += layout.bytes) {
    const type = typeAt(bytes, at, layout);
    if (type < 0 || type > LAST_TYPE) return -1;
    if (type > 0) count++;
  }
  return count;
}

function typeAt(bytes: Buffer, at: number, { bigEndian }: Layout): number {
  return bigEndian ? bytes.readInt16BE(at) : bytes.readInt16LE(at);
}

function textAt(bytes: Buffer, start: number, length: number): string {
  const end = bytes.indexOf(0, start);
  return bytes.toString('utf8', start, end < 0 ? start + length : Math.min(end, start + length));
}
