// Unpacks a zip archive (a wheel, an Electron release) without a program for it. Source: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.4.
import { chmod, lstat, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { SetupError } from '../setup-error.mjs';

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;
const SYMLINK = 0o120000;
const KIND = 0o170000;
const inflate = promisify(inflateRaw);

/** @param {Buffer} bytes @param {string} path */
function* entriesOf(bytes, path) {
  // The end record is 22 bytes and a comment of at most 65,535.
  let end = bytes.length - 22;
  const floor = Math.max(0, end - 0xffff);
  while (end >= floor && bytes.readUInt32LE(end) !== END) end -= 1;
  if (end < floor) throw new SetupError('malformed', `${path} is not a zip archive: it has no end record`);
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (bytes.readUInt32LE(at) !== CENTRAL) throw new SetupError('malformed', `${path} is a damaged zip archive: its directory breaks off`);
    const [nameLength, extraLength, commentLength] = [
      bytes.readUInt16LE(at + 28),
      bytes.readUInt16LE(at + 30),
      bytes.readUInt16LE(at + 32),
    ];
    const header = bytes.readUInt32LE(at + 42);
    const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
    yield {
      name: bytes.toString('utf8', at + 46, at + 46 + nameLength),
      method: bytes.readUInt16LE(at + 10),
      mode: bytes.readUInt32LE(at + 38) >>> 16,
      packed: bytes.subarray(start, start + bytes.readUInt32LE(at + 20)),
    };
    at += 46 + nameLength + extraLength + commentLength;
  }
}

/**
 * A link may lie on the way: what is written through it would be wherever it points.
 * @param {string} root with a separator at its end @param {string} target
 * @returns {Promise<string | undefined>} the link, from the root
 */
async function linkOnTheWay(root, target) {
  const names = resolve(target).slice(root.length).split(sep);
  for (let length = 1; length <= names.length; length += 1) {
    const path = names.slice(0, length).join(sep);
    const found = await lstat(root + path).catch(() => undefined);
    if (found === undefined) return undefined;
    if (found.isSymbolicLink()) return path;
  }
  return undefined;
}

/** @param {string} root with a separator at its end @param {string} place of the link @param {string} text what it points to */
function leadsOut(root, place, text) {
  return isAbsolute(text) || !`${resolve(dirname(place), text)}${sep}`.startsWith(root);
}

/**
 * Unpacks an archive into a folder, with modes and symbolic links. Nothing of it lands outside: neither a name, nor a link, nor what goes through one.
 * @param {string} archive @param {string} folder
 * @param {(name: string) => boolean} [wanted] which entries; all without
 */
export async function unzip(archive, folder, wanted = () => true) {
  const root = resolve(folder) + sep;
  for (const { name, method, mode, packed } of entriesOf(await readFile(archive), archive)) {
    if (!wanted(name) || name.endsWith('/')) continue;
    const target = join(root, name);
    if (!resolve(target).startsWith(root)) throw new SetupError('malformed', `${archive} holds ${name}, which leads out of its folder`);
    if (method !== STORED && method !== DEFLATED)
      throw new SetupError('malformed', `${archive} packs ${name} by method ${method}, which is not deflate`);
    const content = method === STORED ? packed : await inflate(packed);
    const link = await linkOnTheWay(root, target);
    if (link !== undefined) throw new SetupError('malformed', `${archive} writes ${name} through its own link ${link}`);
    await mkdir(dirname(target), { recursive: true });
    if ((mode & KIND) === SYMLINK) {
      const text = content.toString('utf8');
      if (leadsOut(root, target, text)) throw new SetupError('malformed', `${archive} holds ${name}, a link to ${text} out of its folder`);
      await symlink(text, target);
    } else {
      await writeFile(target, content);
    }
    if ((mode & KIND) !== SYMLINK && (mode & 0o111) !== 0) await chmod(target, 0o755);
  }
}
