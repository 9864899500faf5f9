// `uninstall`: takes away what `install` brought. Identity, spool and settings stay unless they are to be purged.
import { existsSync } from 'node:fs';
import { MusterError } from '../../../core/common/muster-error.ts';
import { takeOwn } from '../command-line.ts';
import { assertServiceManager, SYSUSERS_FILE, UNIT_FILE } from './install.ts';
import { carryOut, type Step, stepLines } from './install-steps.ts';
import { PROGRAM_DIR } from './installed-program.ts';
import { otherSystemLines } from './other-systems.ts';
import { CONFIG_DIR, SERVICE, STATE_DIR, USER } from './systemd-unit.ts';

export async function uninstall(argv: readonly string[]): Promise<number> {
  const { flags, rest } = takeOwn(argv, ['dry-run', 'purge']);
  if (rest.length > 0) throw new MusterError('invalid_argument', `uninstall takes --dry-run and --purge, not ${rest[0]}`);
  if (process.platform !== 'linux') {
    process.stdout.write(`${otherSystemLines(process.platform).join('\n')}\n`);
    return 1;
  }
  if (existsSync(`/lib/systemd/system/${SERVICE}.service`)) {
    throw new MusterError('failed_precondition', `${SERVICE} came as a package: run apt remove ${SERVICE}, or apt purge ${SERVICE}`);
  }
  const steps = uninstallSteps(flags.purge);
  if (flags['dry-run']) {
    process.stdout.write(`${steps.flatMap(stepLines).join('\n')}\n`);
    return 0;
  }
  assertServiceManager();
  carryOut(steps);
  const kept = flags.purge ? '' : `; ${STATE_DIR} and ${CONFIG_DIR} are kept: remove them as well with --purge`;
  process.stdout.write(`${SERVICE} is removed${kept}\n`);
  return 0;
}

export function uninstallSteps(purge: boolean): Step[] {
  const remove = (path: string): Step => ({ kind: 'remove', path });
  const gone: Step[] = purge
    ? [remove(STATE_DIR), remove(CONFIG_DIR), { kind: 'command', command: 'userdel', args: [USER], optional: true }]
    : [];
  return [
    // Where it never was there is nothing to stop.
    { kind: 'command', command: 'systemctl', args: ['disable', '--now', SERVICE], optional: true },
    remove(UNIT_FILE),
    remove(SYSUSERS_FILE),
    remove(PROGRAM_DIR),
    { kind: 'command', command: 'systemctl', args: ['daemon-reload'] },
    ...gone,
  ];
}
