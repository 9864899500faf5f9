// `install`: makes the agent a service of this machine. On Linux with systemd it does so; elsewhere it says exactly what to do.
import { existsSync } from 'node:fs';
import { MusterError } from '../../../core/common/muster-error.ts';
import { readConfig } from '../../settings/config-child.ts';
import { takeOwn } from '../command-line.ts';
import { CA_FILE, readConfigFile, settingsOnCommandLine, TOKEN_FILE, withSettings } from './config-file.ts';
import { carryOut, type Step, stepLines } from './install-steps.ts';
import { type InstalledProgram, installedProgram, PACKAGED_PROGRAM } from './installed-program.ts';
import { otherSystemLines } from './other-systems.ts';
import { CONFIG_DIR, CONFIG_FILE, SERVICE, STATE_DIR, SYSUSERS, systemdUnit, USER } from './systemd-unit.ts';

export const UNIT_FILE = `/etc/systemd/system/${SERVICE}.service`;
export const SYSUSERS_FILE = `/etc/sysusers.d/${SERVICE}.conf`;

/** `--dry-run` prints the steps, `--dry-run --json` as data; `--program PATH` is for packages, which bring the program themselves. */
export async function install(argv: readonly string[]): Promise<number> {
  const { flags, options, rest } = takeOwn(argv, ['dry-run', 'json'], ['program']);
  // Refuses what the service would refuse, before anything is written.
  await readConfig(rest);
  const settings = settingsOnCommandLine(rest);
  if (settings.has('stateDir')) {
    throw new MusterError('invalid_argument', `--state-dir cannot be chosen for the service: it has ${STATE_DIR}`);
  }
  const program: InstalledProgram = options.program === undefined ? installedProgram() : { words: [options.program], steps: [] };
  if (process.platform !== 'linux') {
    process.stdout.write(`${otherSystemLines(process.platform, program, settings).join('\n')}\n`);
    return flags['dry-run'] ? 0 : 1;
  }
  const steps = installSteps(program, settings, readConfigFile(CONFIG_FILE));
  if (flags['dry-run']) {
    process.stdout.write(flags.json ? `${JSON.stringify(steps)}\n` : `${steps.flatMap(stepLines).join('\n')}\n`);
    return 0;
  }
  assertServiceManager();
  carryOut(steps);
  process.stdout.write(
    `${SERVICE} runs: see systemctl status ${SERVICE}, journalctl -u ${SERVICE}, and muster-agent check for what it sees\n`,
  );
  return 0;
}

export function installSteps(program: InstalledProgram, settings: ReadonlyMap<string, unknown>, configBefore: string | undefined): Step[] {
  const copies: Step[] = [];
  const written = new Map(settings);
  const take = (key: string, path: string, mode: number): void => {
    const from = settings.get(key);
    if (typeof from !== 'string') return;
    copies.push({ kind: 'copy', from, path, mode });
    written.set(key, path);
  };
  take('caFile', CA_FILE, 0o644);
  take('joinTokenFile', TOKEN_FILE, 0o640);
  const own = (path: string): Step => ({ kind: 'command', command: 'chown', args: [`root:${USER}`, path] });
  // A package brings unit and user of its own.
  const packaged = program.words[0] === PACKAGED_PROGRAM && existsSync(`/lib/systemd/system/${SERVICE}.service`);
  const brought: Step[] = packaged
    ? []
    : [
        { kind: 'file', path: SYSUSERS_FILE, mode: 0o644, text: SYSUSERS },
        { kind: 'command', command: 'systemd-sysusers', args: [SYSUSERS_FILE] },
        { kind: 'file', path: UNIT_FILE, mode: 0o644, text: systemdUnit(program.words) },
      ];
  return [
    ...program.steps,
    ...brought,
    { kind: 'folder', path: CONFIG_DIR, mode: 0o755 },
    ...copies,
    { kind: 'file', path: CONFIG_FILE, mode: 0o640, text: withSettings(configBefore, written) },
    own(CONFIG_FILE),
    ...copies.filter((step) => step.kind === 'copy' && step.path === TOKEN_FILE).map(() => own(TOKEN_FILE)),
    { kind: 'command', command: 'systemctl', args: ['daemon-reload'] },
    { kind: 'command', command: 'systemctl', args: ['enable', SERVICE] },
    { kind: 'command', command: 'systemctl', args: ['restart', SERVICE] },
  ];
}

/** Throws `permission_denied` or `failed_precondition` with what to do. */
export function assertServiceManager(): void {
  if (process.getuid?.() !== 0) {
    throw new MusterError('permission_denied', 'a service can only be changed by root: run it with sudo, or look first with --dry-run');
  }
  if (!existsSync('/run/systemd/system')) {
    throw new MusterError(
      'failed_precondition',
      'systemd does not run this machine: start muster agent run by what does (a container’s command, OpenRC, runit), or see --dry-run for the files',
    );
  }
}
