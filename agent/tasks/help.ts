// What the agent's program says of itself.
import { AGENT_VERSION } from '../agent-version.ts';
import { settingLines } from '../settings/config-child.ts';

/** The agent's commands; its settings follow. */
export const AGENT_USAGE = `Usage: muster agent [COMMAND] [OPTION…] (installed: muster-agent)

Watches this machine and streams to a gateway.

  run                  run in the foreground (without a command as well)
  check                one sample of every collector, identity, spool, gateway; --json
  status               how the running agent stands; --json
  top                  this machine live, from the running agent; --interval MS, --json
  enqueue [FILE]       hand samples of a script (JSON, or a line each; - or none: from the pipe) to the running agent; --json;
                       all fields of one measurement, tags and time belong into one sample
  spool status         what waits for the gateway, also of a stopped agent; --json
  spool export FILE    copy what the spool of a stopped agent holds, as lines of JSON; - for stdout
  spool drain          send what the spool of a stopped agent holds, then end; --timeout 10m
  spool clear          throw away what the spool of a stopped agent holds; asks first, --yes
  install              as a service of this machine, as root; settings as below, --dry-run
  uninstall            remove the service; --purge removes identity and spool as well

Exit codes: 0 well, 1 it says no, 2 wrong usage or configuration, 69 not reachable.
check, status, top, enqueue and spool read /etc/muster-agent/config.yaml where no --config is given.

Settings, as options, variables or keys of the file named by --config:
`;

export async function help(): Promise<number> {
  process.stdout.write(`${AGENT_USAGE}${(await settingLines()).join('\n')}\n`);
  return 0;
}

export async function version(): Promise<number> {
  process.stdout.write(`muster-agent ${AGENT_VERSION}\n`);
  return 0;
}
