// The Muster that a page in work speaks with: the one that runs in a state folder. Plain Node without packages, and no more than two files read.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { lockHolder } from './file-lock.mjs';

/** As `muster up` chooses its state folder (cli/state/state-folder.ts). @param {readonly string[]} args @param {NodeJS.ProcessEnv} env */
export function homeOf(args, env) {
  const option = args.find((arg, i) => args[i - 1] === '--home' || arg.startsWith('--home='));
  const named = option?.replace(/^--home=/, '') ?? env.MUSTER_HOME;
  return resolve(named || join(env.XDG_STATE_HOME || join(env.HOME || homedir(), '.local', 'state'), 'muster'));
}

/**
 * The address of its web console, with a one-time token that is not spent yet; undefined while none serves.
 * @param {readonly string[]} args @param {NodeJS.ProcessEnv} env
 * @returns {URL | undefined}
 */
export function runningConsole(args, env) {
  const run = join(homeOf(args, env), 'run');
  const [record, address] = [join(run, 'up.json'), join(run, 'console-address')];
  if (!existsSync(record) || !existsSync(address) || lockHolder(join(run, 'up.lock')) === undefined) return undefined;
  return JSON.parse(readFileSync(record, 'utf8')).ready === true ? new URL(readFileSync(address, 'utf8').trim()) : undefined;
}
