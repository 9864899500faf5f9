// The agent's settings.
import { z } from 'zod';
import { nearest } from '../core/common/nearest.ts';
import type { Config, Declaration } from '../core/node/config.ts';
import { collectorInterval, duration, durationSetting, durationUpTo, labelsSetting, logLevelSetting } from '../core/node/setting-types.ts';
import { COLLECTOR_NAMES, TRANSIENT_KINDS } from './collectors/catalog.ts';
import { COMMAND_NAMES, DEFAULT_COMMANDS } from './commands/command-names.ts';
import { meshSetting, probesSetting } from './probes/probe-settings.ts';

const collectorName = z.enum(COLLECTOR_NAMES as [string, ...string[]], {
  error: ({ input }) => {
    const best = nearest(String(input), COLLECTOR_NAMES);
    return `${String(input)} is no collector: ${best === undefined ? `there are ${COLLECTOR_NAMES.join(', ')}` : `did you mean ${best}?`}`;
  },
});

export const AGENT_DECLARATION = {
  stateDir: { type: z.string().min(1).default('/var/lib/muster-agent'), help: 'folder of identity and spool' },
  gateway: {
    type: z
      .string()
      .regex(/^.+:\d{1,5}$/, 'host:port is needed')
      .default('127.0.0.1:7443'),
    help: 'where to stream to, host:port',
  },
  caFile: { type: z.string().optional(), help: "certificate of the fleet's CA, PEM; needed to enrol" },
  joinTokenFile: { type: z.string().optional(), help: 'file with the join token; needed to enrol' },
  interval: { type: durationSetting('10s'), help: 'time between samples, 100ms to 1h' },
  flushInterval: { type: durationSetting('1s'), help: 'time between batches, 100ms to 1h' },
  spoolMaxBytes: {
    type: z
      .number()
      .int()
      .min(1_048_576, 'at least 1048576 (1 MiB)')
      .max(1_099_511_627_776, 'at most 1099511627776 (1 TiB)')
      .default(268_435_456),
    unit: 'bytes',
    help: 'what the spool holds at most; beyond it the oldest batches are dropped and counted',
  },
  spoolMaxRows: {
    type: z.number().int().min(1000, 'at least 1000').max(10_000_000_000, 'at most 10000000000').default(100_000_000),
    unit: 'rows',
    help: 'rows that the spool holds at most; beyond it the oldest batches are dropped and counted',
  },
  spoolMaxAge: {
    type: durationUpTo(60_000, 31_536_000_000, 'none, or a number with its unit from 1m to 8760h (a year)'),
    help: 'batches older than this are dropped and counted, 1m to 8760h; none: no limit',
  },
  retrySteps: {
    type: z
      .array(duration(100, 3_600_000, 'a step is a number with its unit from 100ms to 1h'))
      .max(16)
      .prefault(['1s', '2s', '5s', '10s']),
    help: 'time between attempts to reach the gateway, a list; each is waited for in part, at random; the last stays',
  },
  giveUpAfter: {
    type: z.number().int().min(0).max(1_000_000).default(0),
    help: 'streams that may end on one batch before it is set aside; 0: never give up',
  },
  backlogRowsPerSecond: {
    type: z.number().int().min(0).max(1_000_000).default(5000),
    unit: 'rows a second',
    help: 'pace at which a backlog goes out behind the present; 0: in line, as fast as it goes',
  },
  name: { type: z.string().default(''), help: "name of this machine; empty: the host's own, also after it was renamed" },
  labels: { type: labelsSetting.default({}), help: 'labels: country, region, city, … as JSON or YAML map' },
  collectorsDisabled: {
    type: z.array(collectorName).default([]),
    help: 'collectors to leave out, a list',
  },
  collectorIntervals: {
    type: z.partialRecord(collectorName, collectorInterval).default({}),
    help: 'time between samples of single collectors, 1s to 300s, as JSON or YAML map, such as {"cpu": "1s"}',
  },
  includeTransient: {
    type: z.array(z.enum(TRANSIENT_KINDS)).default([]),
    help: `what comes and goes with containers, guests and connections, and is folded or left out by default: a list of ${TRANSIENT_KINDS.join(', ')}`,
  },
  configProbation: {
    type: durationSetting('3m'),
    help: 'a configuration from afar is taken back when no gateway is reached for so long after it',
  },
  localPort: {
    type: z.number().int().min(0).max(65_535, 'a port from 1 to 65535, or 0 for none').default(0),
    help: 'port on 127.0.0.1 that tells of this machine to whoever has the token in local.token of the state folder; 0 is off',
  },
  commands: {
    type: z.array(z.enum(COMMAND_NAMES)).default([...DEFAULT_COMMANDS]),
    help: `commands that operators may have carried out here, a list; restart_unit and restart_agent only where they are named`,
  },
  restartableUnits: {
    type: z.array(z.string().regex(/^[A-Za-z0-9:_.@][A-Za-z0-9:_.@-]{0,254}$/, 'names of units, such as nginx.service')).default([]),
    help: 'units of systemd that the command restart_unit may restart, a list',
  },
  probes: {
    type: probesSetting,
    help: 'what to probe from here, a list of {name, kind: icmp|tcp|http|dns, target, interval, timeout, window, …}, at most 256',
  },
  mesh: { type: meshSetting, help: 'probe the other nodes with a label: {label: role=probe, kind: icmp|tcp, port, interval, …}' },
  logLevel: {
    type: logLevelSetting,
    help: 'least level that is logged',
  },
} satisfies Declaration;

export type AgentConfig = Config<typeof AGENT_DECLARATION>;
