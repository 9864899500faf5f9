// How this program starts itself again for a short task: as a script of Node, or as the single file that holds Node and script in one.
import { isSea } from 'node:sea';

/** Program and first arguments; the task's own follow. */
export function ownProgram(): { command: string; args: string[] } {
  return { command: process.execPath, args: isSea() ? [] : [process.argv[1]!] };
}
