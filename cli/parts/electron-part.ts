// The desktop console as a part: it has a window, a person may close it, and nothing waits for it.
import { join } from 'node:path';
import type { Part } from './part.ts';

export interface ElectronOptions {
  /** Folder of the runtime, as ELECTRON_OVERRIDE_DIST_PATH names it. */
  folder: string;
  /** dist/console/main.cjs */
  main: string;
  /** The gateway to show, or the context it has in the contexts file, which the console reads itself. */
  target: { gateway: string; caFile: string; tokenFile: string } | { context: string };
  platform: NodeJS.Platform;
  /** True for root, where Chromium's sandbox refuses to work. */
  root: boolean;
}

export function electronPart(options: ElectronOptions): Part {
  return {
    name: 'console',
    command: electronProgram(options.folder, options.platform),
    args: [...(options.root ? ['--no-sandbox'] : []), options.main, ...targetArgs(options.target)],
    folders: [],
    files: [],
    readiness: { kind: 'started' },
    mayEnd: true,
  };
}

function targetArgs(target: ElectronOptions['target']): string[] {
  if ('context' in target) return ['--context', target.context];
  return ['--gateway', target.gateway, '--ca-file', target.caFile, '--token-file', target.tokenFile];
}

/** The program inside a runtime folder. */
export function electronProgram(folder: string, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return join(folder, 'Electron.app', 'Contents', 'MacOS', 'Electron');
  return join(folder, platform === 'win32' ? 'electron.exe' : 'electron');
}

/** Whether a window can be shown at all. */
export function hasDisplay(platform: NodeJS.Platform, env: Readonly<Record<string, string | undefined>>): boolean {
  return platform !== 'linux' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
}
