// Reads files that a program cannot start without: one that is missing, empty or damaged is named, with what to do.
import { readFileSync } from 'node:fs';
import { MusterError } from '../common/muster-error.ts';

/**
 * The text of the file. Throws `invalid_config` with one sentence: path, `what` it is ("the key of the fleet CA"), what is wrong with it, and
 * `advice`. Zero bytes, and zeros where text should be, are what a power cut leaves of a file that was not yet on disk.
 */
export function readStartFile(path: string, what: string, advice: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new MusterError('invalid_config', `${path} (${what}) cannot be read (${code}): ${advice}`, error);
  }
  const wrong = damageOf(text);
  if (wrong !== undefined) throw new MusterError('invalid_config', `${path} (${what}) ${wrong}: ${advice}`);
  return text;
}

/** The password in a file of its own; `whose` says it. Throws as `readStartFile` does. */
export function readPasswordFile(path: string, whose: string): string {
  const advice = 'start muster up or muster prepare anew, which makes it again; elsewhere write the password into it';
  return readStartFile(path, whose, advice).trim();
}

/** What is wrong with a text that should say something; undefined where nothing is. */
export function damageOf(text: string): string | undefined {
  if (text.includes('\0')) return 'is damaged';
  return text.trim() === '' ? 'is empty' : undefined;
}
