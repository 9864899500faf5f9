// Runs a program in our place: it has our terminal, gets our signals, and its end is our end.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { SetupError } from './setup-error.mjs';

/** @type {NodeJS.Signals[]} */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * @param {string} program @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, stdio?: import('node:child_process').StdioOptions }} [options]
 * @returns {Promise<number>} its exit code; 128 and the signal's number where a signal ended it, as a shell says it
 */
export function runChild(program, args, { cwd, env, stdio = 'inherit' } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio, shell: program.endsWith('.cmd') });
    // Ctrl-C in a terminal reaches every process of ours by itself; told twice, a program takes it for impatience.
    const pass = (/** @type {NodeJS.Signals} */ signal) => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal));
    for (const signal of PASSED_ON) process.on(signal, pass);
    const done = () => {
      for (const signal of PASSED_ON) process.off(signal, pass);
    };
    child.on('error', (error) => {
      done();
      reject(new SetupError('unavailable', `${program} does not start: ${error.message}`, error));
    });
    child.on('close', (code, signal) => {
      done();
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
