// What an installation does, step by step: printed by a dry run, else carried out.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { MusterError, messageOf } from '../../../core/common/muster-error.ts';
import { copyDurably, makeFolderDurably, writeDurably } from '../../../core/node/durable-file.ts';

export type Step =
  | { kind: 'folder'; path: string; mode: number }
  | { kind: 'file'; path: string; mode: number; text: string }
  | { kind: 'copy'; from: string; path: string; mode: number }
  | { kind: 'remove'; path: string }
  /** `optional`: that it fails is no reason to stop. */
  | { kind: 'command'; command: string; args: readonly string[]; optional?: true };

/** What a step would do, for a dry run. */
export function stepLines(step: Step): string[] {
  switch (step.kind) {
    case 'folder':
      return [`make folder ${step.path} (${octal(step.mode)})`];
    case 'file':
      return [
        `write ${step.path} (${octal(step.mode)}):`,
        ...step.text
          .trimEnd()
          .split('\n')
          .map((line) => `  | ${line}`),
      ];
    case 'copy':
      return [`copy ${step.from} to ${step.path} (${octal(step.mode)})`];
    case 'remove':
      return [`remove ${step.path}`];
    case 'command':
      return [`run ${[step.command, ...step.args].join(' ')}`];
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

/** Throws `failed_precondition` with the step that failed and why; what was done before it stays, and is done again the next time. */
export function carryOut(steps: readonly Step[]): void {
  for (const step of steps) {
    try {
      carryOutOne(step);
    } catch (error) {
      const { stderr } = error as { stderr?: Buffer };
      const why = stderr?.toString().trim() || messageOf(error);
      if (step.kind === 'command' && step.optional === true) continue;
      throw new MusterError('failed_precondition', `could not ${stepLines(step)[0]?.replace(/:$/, '')}: ${why}`, error);
    }
  }
}

function carryOutOne(step: Step): void {
  switch (step.kind) {
    case 'folder':
      makeFolderDurably(step.path, step.mode);
      chmodSync(step.path, step.mode);
      break;
    case 'file':
      writeAnew(step.path, step.mode, step.text);
      break;
    case 'copy':
      // By a rename: a program that runs cannot be written over.
      makeFolderDurably(dirname(step.path), 0o755);
      if (step.from !== step.path) copyDurably(step.from, step.path, step.mode);
      break;
    case 'remove':
      rmSync(step.path, { recursive: true, force: true });
      break;
    case 'command':
      execFileSync(step.command, step.args, { stdio: ['ignore', 'inherit', 'pipe'] });
  }
}

function writeAnew(path: string, mode: number, text: string): void {
  makeFolderDurably(dirname(path), 0o755);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) chmodSync(path, mode);
  else writeDurably(path, text, mode);
}
