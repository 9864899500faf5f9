// Every command by its name.
import { DIAGNOSTICS, FLUSH, RESTART_AGENT } from './agent-actions.ts';
import type { CommandName } from './command-names.ts';
import { DNS } from './dns.ts';
import type { HostCommand } from './host-command.ts';
import { PING, TRACEROUTE } from './network-programs.ts';
import { createProcessList } from './process-list.ts';
import { createSockets } from './sockets.ts';
import { JOURNAL, RESTART_UNIT } from './units.ts';

const PROC = '/proc';

const COMMANDS: Readonly<Record<CommandName, HostCommand>> = {
  process_list: createProcessList(PROC),
  sockets: createSockets(PROC),
  ping: PING,
  traceroute: TRACEROUTE,
  dns: DNS,
  journal: JOURNAL,
  flush: FLUSH,
  diagnostics: DIAGNOSTICS,
  restart_unit: RESTART_UNIT,
  restart_agent: RESTART_AGENT,
};

export const HOST_COMMANDS: ReadonlyMap<string, HostCommand> = new Map(Object.entries(COMMANDS));
