// Where the agent's program lies once it is a service, and how it gets there.
import { basename } from 'node:path';
import { isSea } from 'node:sea';
import { MusterError } from '../../../core/common/muster-error.ts';
import type { Step } from './install-steps.ts';

/** Where a package puts it: nothing is to be copied then. */
export const PACKAGED_PROGRAM = '/usr/bin/muster-agent';
export const PROGRAM_DIR = '/usr/local/lib/muster-agent';

export interface InstalledProgram {
  /** The words that start it. */
  words: string[];
  steps: Step[];
}

/** A copy of what runs now, readable by the service's user whatever folder it was started from. Throws `failed_precondition` for sources. */
export function installedProgram(): InstalledProgram {
  if (isSea()) {
    if (process.execPath === PACKAGED_PROGRAM) return { words: [PACKAGED_PROGRAM], steps: [] };
    const path = `${PROGRAM_DIR}/muster-agent`;
    return { words: [path], steps: [{ kind: 'copy', from: process.execPath, path, mode: 0o755 }] };
  }
  const script = process.argv[1]!;
  if (!script.endsWith('.mjs')) {
    throw new MusterError(
      'failed_precondition',
      `${basename(script)} runs from its sources: build it (npm start once) and install with muster agent install`,
    );
  }
  const words = [`${PROGRAM_DIR}/node`, `${PROGRAM_DIR}/agent.mjs`];
  return {
    words,
    steps: [
      { kind: 'copy', from: process.execPath, path: words[0]!, mode: 0o755 },
      { kind: 'copy', from: script, path: words[1]!, mode: 0o644 },
    ],
  };
}
