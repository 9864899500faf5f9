// `journal` and `restart_unit`: units of systemd.

import { MusterError } from '../../core/common/muster-error.ts';
import { UNIT, wholeNumber, yesOrNo } from './argument-rules.ts';
import type { HostCommand } from './host-command.ts';
import { findProgram, missingProgram, runHostProgram } from './host-program.ts';

const NO_SYSTEMD = 'it is part of systemd, which this machine does not run';

export const JOURNAL: HostCommand = {
  rules: { unit: UNIT, lines: wholeNumber(1, 1000, 100), follow: yesOrNo(false) },
  async run({ unit, lines, follow }, context) {
    const path = findProgram('journalctl');
    if (path === undefined) return missingProgram('journalctl', NO_SYSTEMD);
    const args = [`--unit=${unit}`, `--lines=${lines}`, '--no-pager', '--output=short-iso', ...(follow ? ['--follow'] : [])];
    return runHostProgram(path, args, context);
  },
};

export const RESTART_UNIT: HostCommand = {
  rules: { unit: UNIT },
  async run({ unit }, context) {
    const name = String(unit);
    const { restartableUnits } = context.agent;
    // `nginx` and `nginx.service` are the same unit.
    if (!restartableUnits.some((allowed) => fullName(allowed) === fullName(name))) {
      const allowed = restartableUnits.join(', ') || 'none';
      throw new MusterError(
        'invalid_argument',
        `unit ${name} is not among those that this agent may restart (restartableUnits): ${allowed}`,
      );
    }
    const path = findProgram('systemctl');
    if (path === undefined) return missingProgram('systemctl', NO_SYSTEMD);
    const outcome = await runHostProgram(path, ['--no-ask-password', '--no-pager', 'restart', '--', fullName(name)], context);
    if (outcome.status === 'ok') await context.write(`${fullName(name)} was restarted\n`);
    return outcome;
  },
};

function fullName(unit: string): string {
  return /\.[a-z]+$/.test(unit) ? unit : `${unit}.service`;
}
