// Debian's packages: installed where we may, else the command that does.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLock } from '../file-lock.mjs';
import { SetupError } from '../setup-error.mjs';
import { findOnPath, runCommand } from './command.mjs';

/** @typedef {import('./sources.mjs').Context} Context */

/** @param {Context} context */
function rootPrefix(context) {
  if (process.getuid?.() === 0) return [];
  const [sudo] = findOnPath('sudo', context.env);
  return sudo ? [sudo, '-n'] : undefined;
}

/** Is this a system with apt? @param {Context} context */
export function hasApt(context) {
  return context.platform === 'linux' && existsSync('/etc/debian_version') && findOnPath('apt-get', context.env).length > 0;
}

/** The command that installs them, as one would type it. @param {readonly string[]} packages */
export function aptCommand(packages) {
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  return `${sudo}apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/**
 * Installs packages by apt-get, one caller at a time.
 * @param {readonly string[]} packages @param {Context} context @param {(text: string) => void} report
 * @throws {SetupError} where there is no apt or we may not use it
 */
export async function installPackages(packages, context, report) {
  if (!hasApt(context)) throw new SetupError('missing_runtime', 'this is no system with apt-get');
  const prefix = rootPrefix(context);
  if (!prefix) throw new SetupError('missing_runtime', 'apt-get needs root');
  const release = await acquireLock(join(context.cache, '.locks', 'apt-get'), () => report('waiting for another apt-get'));
  try {
    const env = { ...context.env, DEBIAN_FRONTEND: 'noninteractive' };
    const run = (/** @type {string[]} */ ...args) => {
      const [program = 'apt-get', ...rest] = [...prefix, 'apt-get', ...args];
      return runCommand(program, rest, { env, label: 'apt-get' });
    };
    const install = ['install', '-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', ...packages];
    report(`apt-get install ${packages.join(' ')}`);
    // The package lists may be absent or old: then they are brought first.
    await run(...install).catch(async () => {
      report('apt-get update');
      await run('update', '-q');
      report(`apt-get install ${packages.join(' ')}`);
      await run(...install);
    });
  } finally {
    await release();
  }
}
