// The Node that the programs run on: the packaged one, else the running one where it is new enough.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './setup-error.mjs';

const LEAST_MAJOR = 24;

/**
 * @param {string} root
 * @returns {string} the program's path
 * @throws {SetupError} where there is neither
 */
export function nodeProgram(root) {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const packaged = join(
    root,
    'node_modules',
    `node-${platform}-${process.arch}`,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (existsSync(packaged)) return packaged;
  if (Number(process.versions.node.split('.')[0]) >= LEAST_MAJOR) return process.execPath;
  throw new SetupError(
    'missing_runtime',
    `Muster runs on Node ${LEAST_MAJOR} or newer, this is ${process.versions.node}, and for ${process.platform} ${process.arch} none is packaged: install one, for example by \`npx --yes n ${LEAST_MAJOR}\` or \`brew install node@${LEAST_MAJOR}\`.`,
  );
}
