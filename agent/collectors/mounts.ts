// Which mounts hold data, from /proc/self/mountinfo or /proc/mounts (man 5 proc_pid_mountinfo): none twice, none hidden, and which of them may not answer.
import { isUtf8 } from 'node:buffer';
import { isImageType, isPseudoType, isQuickType, isRuntimePlace, isStackedType, isTransientPlace, mayNotAnswer } from './mount-types.ts';

export interface Mount {
  device: string;
  mount: string;
  fstype: string;
  /** Somebody else than the kernel has to answer, for it or for a folder on the way to it: it may take for ever. */
  remote: boolean;
  readOnly: boolean;
  /** The bytes of `mount` as Latin-1: a name need not be UTF-8. */
  path: string;
  /** The same as long as it is mounted. */
  key: string;
}

export interface MountWish {
  /** Those of containers and pods too, which come and go. */
  transient?: boolean;
}

/** A line of either file; texts are the bytes as Latin-1. `id` and `parent` are -1 where the file does not tell. */
interface Entry {
  id: number;
  parent: number;
  /** Identity of the file system, or empty where the file does not tell. */
  dev: string;
  root: string;
  path: string;
  device: string;
  fstype: string;
  readOnly: boolean;
}

/** From /proc/mounts, which does not tell what is mounted where: a later mount hides all earlier ones at and below its folder. */
export function parseMounts(bytes: Buffer, wish: MountWish = {}): Mount[] {
  const entries = linesOf(bytes).flatMap((words): Entry[] => {
    const [device = '', path = '', fstype = '', options = ''] = words;
    return fstype === '' ? [] : [{ id: -1, parent: -1, dev: '', root: '/', path, device, fstype, readOnly: isReadOnly(options) }];
  });
  const last = new Map(entries.map(({ path }, index) => [path, index]));
  const isHidden = ({ path }: Entry, index: number): boolean => {
    if ((last.get(path) as number) > index) return true;
    // What an initial RAM disk mounted stands in front of the root and is moved onto it.
    return foldersAbove(path).some((folder) => folder !== '/' && (last.get(folder) ?? -1) > index);
  };
  return select(
    entries,
    entries.filter((entry, index) => !isHidden(entry, index)),
    wish,
  );
}

/** From /proc/self/mountinfo. */
export function parseMountInfo(bytes: Buffer, wish: MountWish = {}): Mount[] {
  const entries = linesOf(bytes).flatMap((words): Entry[] => {
    const dash = words.indexOf('-', 6);
    const [id, parent, dev = '', root = '', path = '', options = ''] = words;
    const [fstype = '', device = '', superOptions = ''] = words.slice(dash + 1);
    if (dash < 0) return [];
    const readOnly = isReadOnly(options) || isReadOnly(superOptions);
    return [{ id: Number(id), parent: Number(parent), dev, root, path, device, fstype, readOnly }];
  });
  return select(entries, reachable(entries), wish);
}

/** Those that a walk from the root gets to. */
function reachable(entries: readonly Entry[]): Entry[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const places = new Set(entries.map(({ parent, path }) => `${parent} ${path}`));
  const passed = new Map<number, boolean>();
  const isPassed = (entry: Entry): boolean => {
    const known = passed.get(entry.id);
    if (known !== undefined) return known;
    // Against a table that leads in a circle.
    passed.set(entry.id, true);
    const parent = entry.parent === entry.id ? undefined : byId.get(entry.parent);
    // Another mount on the way leads elsewhere.
    const isDiverted = foldersAbove(entry.path).some(
      (folder) => (parent === undefined ? folder !== '/' : folder.length >= parent.path.length) && places.has(`${entry.parent} ${folder}`),
    );
    const is = !isDiverted && (parent === undefined || isPassed(parent));
    passed.set(entry.id, is);
    return is;
  };
  return entries.filter((entry) => isPassed(entry) && !places.has(`${entry.id} ${entry.path}`));
}

/** `all` tells what lies on the way to those that are visible. */
function select(all: readonly Entry[], visible: readonly Entry[], { transient = false }: MountWish): Mount[] {
  const slow = new Set(all.filter(({ fstype }) => mayNotAnswer(fstype)).map(({ path }) => path));
  const byFilesystem = new Map<string, Entry>();
  for (const entry of visible) {
    const { fstype, path } = entry;
    if (isPseudoType(fstype) || isImageType(fstype, path) || isRuntimePlace(fstype, path)) continue;
    if (!transient && ((isStackedType(fstype) && path !== '/') || isTransientPlace(path))) continue;
    const key = identityOf(entry);
    const known = byFilesystem.get(key);
    // A bind mount shows a part of the same file system again.
    if (known === undefined || (known.root !== '/' && entry.root === '/')) byFilesystem.set(key, entry);
  }
  return [...byFilesystem.values()].map(({ id, device, path, fstype, readOnly }) => ({
    device: toText(device),
    mount: toText(path),
    fstype: toText(fstype),
    remote: mayNotAnswer(fstype) || foldersAbove(path).some((folder) => slow.has(folder)),
    readOnly,
    path,
    key: id < 0 ? `${device}\0${path}` : `${id} ${path}`,
  }));
}

/** A source that is a path is a block device only where the kernel itself reads it: two FUSE file systems may both come from /dev/fuse. */
function identityOf({ dev, device, path, fstype }: Entry): string {
  const isLocal = isQuickType(fstype);
  if (dev !== '') return isLocal ? dev : `${dev} ${device}`;
  return isLocal && device.startsWith('/') ? device : `${device}\0${path}`;
}

function linesOf(bytes: Buffer): string[][] {
  return bytes
    .toString('latin1')
    .split('\n')
    .map((line) => line.split(' ').map(unescapeMount));
}

/** Spaces and the like stand in octal (getmntent(3)). */
function unescapeMount(text: string): string {
  return text.includes('\\') ? text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))) : text;
}

function isReadOnly(options: string): boolean {
  return /(^|,)ro(,|$)/.test(options);
}

/** `/a/b` has `/a` and `/`. */
function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) folders.push(path.slice(0, at));
  if (path !== '/') folders.push('/');
  return folders;
}

/** Bytes that are no UTF-8 are shown as `\xE9`. */
function toText(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  if (isUtf8(bytes)) return bytes.toString();
  return latin1.replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}
