// Asks a program for its version and judges whether it is good enough.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../setup-error.mjs';
import { runCommand } from './command.mjs';

const ANSWER_WITHIN_MS = 20_000;

/** The first version number in a text: "openjdk version \"17.0.15\"" → [17, 0, 15]. @param {string} text */
export function parseVersion(text) {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? /(\d+)()()/.exec(text);
  return found ? [Number(found[1]), Number(found[2] || 0), Number(found[3] || 0)] : undefined;
}

/** @param {readonly number[]} version @param {string} least */
export function isAtLeast(version, least) {
  const floor = parseVersion(least) ?? [];
  for (const [position, part] of version.entries()) if (part !== (floor[position] ?? 0)) return part > (floor[position] ?? 0);
  return true;
}

/**
 * Runs the program and returns its version.
 * @param {string} program @param {readonly string[]} args @param {string} least
 * @param {NodeJS.ProcessEnv} [env]
 * @throws {SetupError} where it does not run or is too old
 */
export async function versionOf(program, args, least, env) {
  const { stdout, stderr } = await runCommand(program, args, { timeoutMs: ANSWER_WITHIN_MS, ...(env ? { env } : {}) });
  const text = stdout.trim() || stderr.trim();
  const version = parseVersion(text);
  // A program built from its source may not know its version ("dev build"): it runs, and that has to do.
  if (!version) return text.split('\n')[0] ?? '';
  if (!isAtLeast(version, least))
    throw new SetupError('missing_runtime', `${program} is version ${version.join('.')}, at least ${least} is needed`);
  return version.join('.');
}

/** The program inside an Electron folder. @param {string} folder @param {string} platform */
export function electronProgram(folder, platform) {
  if (platform === 'darwin') return join(folder, 'Electron.app', 'Contents', 'MacOS', 'Electron');
  return join(folder, platform === 'win32' ? 'electron.exe' : 'electron');
}

/** Electron as plain Node needs no screen, but all its libraries. @param {string} folder @param {string} platform @param {string} least @param {NodeJS.ProcessEnv} env */
export async function electronVersion(folder, platform, least, env) {
  const program = electronProgram(folder, platform);
  if (!existsSync(program)) throw new SetupError('missing_runtime', `${folder} holds no Electron`);
  return versionOf(program, ['-p', 'process.versions.electron'], least, { ...env, ELECTRON_RUN_AS_NODE: '1' });
}
