// `run`: configuration, lock, agent, signal.
import { fstatSync } from 'node:fs';
import { toMusterError } from '../core/common/muster-error.ts';
import { exitCodeOf } from '../core/node/exit-code.ts';
import { tellFaults } from '../core/node/faults.ts';
import { startAll, untilSignal } from '../core/node/lifecycle.ts';
import { createLog } from '../core/node/log.ts';
import { createAgent } from './agent.ts';
import { RESTART_EXIT_CODE } from './commands/create-agent-commands.ts';
import { createEvents } from './events.ts';
import { runWithoutOptimizers } from './host/engine-flags.ts';
import { SystemdNotifier } from './host/systemd-notifier.ts';
import { askSettings } from './settings/config-child.ts';
import { lockStateFolder } from './state/state-lock.ts';

/** Runs until a signal and ends the process; resolves with the exit code only where there is nothing to run. Rejects where the agent cannot start. */
export async function runAgent(argv: readonly string[]): Promise<number> {
  const settings = askSettings(argv);
  if (typeof settings === 'number') return settings;
  const { config, remoteProblem } = settings;
  try {
    lockStateFolder(config.stateDir);
  } catch (error) {
    process.stderr.write(`${toMusterError(error).message}\n`);
    return exitCodeOf(error, true);
  }
  const log = createLog('agent', config.logLevel, isJournal(process.env['JOURNAL_STREAM']));
  const events = createEvents(log);
  tellFaults((error) => events.faultFound(error));
  runWithoutOptimizers();
  const agent = createAgent(config, events, { argv, remoteProblem });
  agent.settings.onChange(({ logLevel }) => {
    log.level = logLevel;
  });
  const stop = await startAll([agent, new SystemdNotifier(process.env, (problem) => events.systemdNotNotified(problem))]);
  process.stdout.write(`${JSON.stringify({ ready: true, part: 'agent', nodeId: agent.nodeId ?? null })}\n`);
  const exitCode = await Promise.race([untilSignal().then(() => 0), agent.restartWanted.then(() => RESTART_EXIT_CODE)]);
  await stop();
  process.exit(exitCode);
}

/** Is stderr systemd's journal? The variable names its device and inode (systemd.exec(5)), and is inherited by those whose stderr is not. */
function isJournal(stream: string | undefined): boolean {
  if (stream === undefined) return false;
  const { dev, ino } = fstatSync(2);
  return stream === `${dev}:${ino}`;
}
