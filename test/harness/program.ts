// Runs the built programs as a user would.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';

const DIST = join(import.meta.dirname, '../../dist');

/** Path of a built program, `muster` for dist/muster.mjs. */
export function builtProgram(name: string): string {
  const path = join(DIST, `${name}.mjs`);
  if (!existsSync(path)) throw new MusterError('missing_runtime', `${path} is missing: build it with node deploy/setup/run.mjs build`);
  return path;
}

export interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `muster ARGS` to its end. Never rejects for an exit code. */
export function runMuster(args: readonly string[], env: Readonly<Record<string, string>> = {}, timeoutMs = 120_000): Promise<Run> {
  return runProgram(process.execPath, [builtProgram('muster'), ...args], env, timeoutMs);
}

export function runProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  timeoutMs = 60_000,
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, timeout: timeoutMs, maxBuffer: 256 * 1024 ** 2 };
    execFile(program, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else reject(new Error(`${program} ${args.join(' ')} did not run to its end (${code ?? error?.signal}): ${stderr}`, { cause: error }));
    });
  });
}
