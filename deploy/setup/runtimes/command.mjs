// Runs other programs and finds them on PATH.
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupError } from '../setup-error.mjs';

const LAST_LINES = 3;

/**
 * Runs a program to its end and gives what it printed.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, label?: string }} [options] label: how the failure names it
 * @returns {Promise<{ stdout: string, stderr: string }>}
 * @throws {SetupError} with its last lines where it fails, does not start, or takes longer than timeoutMs
 */
export function runCommand(program, args, { cwd, env, timeoutMs = 0, label = program } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs, killSignal: 'SIGKILL' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', (error) => reject(new SetupError('missing_runtime', `${label} does not start: ${error.message}`, error)));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve({ stdout, stderr });
      const said = `${stderr}\n${stdout}`.trim().split('\n').slice(-LAST_LINES).join(' | ') || 'it said nothing';
      reject(new SetupError('missing_runtime', `${label} ended with ${signal ?? `exit code ${code}`}: ${said}`));
    });
  });
}

/**
 * Every program of that name on PATH, in order.
 * @param {string} name @param {NodeJS.ProcessEnv} env
 */
export function findOnPath(name, env) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean);
  return folders.flatMap((folder) => endings.map((ending) => join(folder, name + ending))).filter(isProgram);
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
