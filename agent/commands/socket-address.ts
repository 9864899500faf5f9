// Addresses as /proc/net writes them: hexadecimal words of four bytes, each in the order of the machine.
import { endianness } from 'node:os';

/** `0100007F:1F90` → `127.0.0.1:8080`; IPv6 in brackets. */
export function socketAddress(text: string, order: 'LE' | 'BE' = endianness()): string {
  const [words = '', portText = '0'] = text.split(':');
  const port = Number.parseInt(portText, 16);
  const bytes = Buffer.from(words, 'hex');
  if (order === 'LE') for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  const shownPort = port === 0 ? '*' : String(port);
  if (bytes.length === 4) return `${[...bytes].join('.')}:${shownPort}`;
  if (bytes.length !== 16) return text;
  const mapped = bytes.subarray(0, 12).equals(MAPPED_PREFIX);
  return `[${mapped ? `::ffff:${[...bytes.subarray(12)].join('.')}` : compress(bytes)}]:${shownPort}`;
}

const MAPPED_PREFIX = Buffer.from('00000000000000000000ffff', 'hex');

/** The longest run of zeros becomes `::`, as RFC 5952 has it. */
function compress(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2));
  let best = { at: 0, length: 0 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
  }
  const hex = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return best.length < 2 ? hex(0, 8) : `${hex(0, best.at)}::${hex(best.at + best.length, 8)}`;
}
