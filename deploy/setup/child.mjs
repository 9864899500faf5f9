// Runs a program in our place: it has our terminal, gets our signals, and its end is our end.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { SetupError } from './setup-error.mjs';

/** @type {NodeJS.Signals[]} */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** How often it is looked whether npm is still there. */
const LOOK_MS = 500;

/**
 * npm puts a shell between itself and a script, and a signal to npm ends npm and that shell but not the script, which would run on unseen. Calls
 * `gone` once, when the process that started us has ended. Started by anything else we may outlive it: it may have meant us to.
 * @param {NodeJS.ProcessEnv} env @param {() => void} gone @returns {() => void} ends the watch
 */
export function watchNpm(env, gone) {
  const starter = process.ppid;
  if (env.npm_lifecycle_event === undefined || process.platform === 'win32') return () => {};
  const timer = setInterval(() => {
    if (process.ppid === starter) return;
    clearInterval(timer);
    gone();
  }, LOOK_MS);
  return () => clearInterval(timer);
}

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
    const endWatch = watchNpm(env ?? process.env, () => child.kill('SIGTERM'));
    const done = () => {
      endWatch();
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
