// The commands an agent knows, and those it carries out where its configuration does not say.

export const COMMAND_NAMES = [
  'process_list',
  'sockets',
  'ping',
  'traceroute',
  'dns',
  'journal',
  'flush',
  'diagnostics',
  'restart_unit',
  'restart_agent',
] as const;

export type CommandName = (typeof COMMAND_NAMES)[number];

/** Those that only look, or only hurry what happens anyway. The others change the machine: its owner allows them by name. */
export const DEFAULT_COMMANDS: readonly CommandName[] = COMMAND_NAMES.filter((name) => !name.startsWith('restart_'));
