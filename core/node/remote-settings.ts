// Which of an agent's settings may be set from afar. The agent holds what comes to this list, the gateway checks what an operator puts.
import { z } from 'zod';
import { MusterError } from '../common/muster-error.ts';
import { checkSettings, type Declaration, parseConfigFile, type SettingValues } from './config.ts';
import { collectorInterval, durationSetting, labelsSetting, logLevelSetting } from './setting-types.ts';

/** What only the machine's own file may say, and why. */
const LOCAL_ONLY: Readonly<Record<string, string>> = {
  stateDir: 'identity and spool are there',
  gateway: 'a wrong one would lose the machine',
  caFile: 'it decides whom the machine trusts',
  joinTokenFile: 'it is a secret of the machine',
  commands: 'what may be run on a machine is for its owner to say',
  restartableUnits: 'what may be restarted on a machine is for its owner to say',
  localPort: 'which ports a machine opens is for its owner to say',
};

/** Of a probe, likewise. */
const LOCAL_ONLY_OF_PROBE: Readonly<Record<string, string>> = {
  caFile: 'it reads any file of the machine; `ca` takes the certificates themselves',
};

/** As far as one can tell away from the machine: the agent knows its collectors and probes, and says what is wrong with them. */
const REMOTE_SETTINGS = {
  interval: { type: durationSetting('10s'), help: 'time between samples' },
  flushInterval: { type: durationSetting('1s'), help: 'time between batches' },
  name: { type: z.string().optional(), help: 'name of the machine' },
  labels: { type: labelsSetting.optional(), help: 'labels, joined with those of the machine' },
  collectorsDisabled: { type: z.array(z.string()).optional(), help: 'collectors to leave out' },
  collectorIntervals: { type: z.record(z.string(), collectorInterval).optional(), help: 'time between samples of single collectors' },
  includeTransient: {
    type: z.array(z.string()).optional(),
    help: 'series to include that come and go with containers and connections: mounts, interfaces, units',
  },
  probes: { type: z.array(z.unknown()).optional(), help: 'what to probe' },
  mesh: { type: z.unknown(), help: 'which other agents to probe' },
  logLevel: { type: logLevelSetting, help: 'least level that is logged' },
  spoolMaxBytes: { type: z.number().int().positive().optional(), help: 'bytes the spool holds at most' },
  spoolMaxRows: { type: z.number().int().positive().optional(), help: 'rows the spool holds at most' },
  spoolMaxAge: { type: z.unknown(), help: 'how long the spool holds a batch' },
} satisfies Declaration;

const NAME = 'document';

/**
 * The settings of a document with the line of each. Throws `invalid_config` for what is not YAML, for a key that is unknown (with the
 * nearest one) and for one that may not be set from afar (with the reason).
 */
export function parseRemoteDocument(text: string): SettingValues {
  const values = parseConfigFile(REMOTE_SETTINGS, NAME, text, (key) => refusalOf(LOCAL_ONLY, key));
  const probes = values.get('probes');
  for (const probe of Array.isArray(probes?.value) ? probes.value : []) {
    for (const key of Object.keys(Object(probe))) {
      const refusal = refusalOf(LOCAL_ONLY_OF_PROBE, key);
      if (refusal !== undefined) throw new MusterError('invalid_config', `${probes?.where}: probes: ${refusal}`);
    }
  }
  return values;
}

function refusalOf(localOnly: Readonly<Record<string, string>>, key: string): string | undefined {
  if (!Object.hasOwn(localOnly, key)) return undefined;
  return `${key} may not be set from afar (${localOnly[key]}): set it in the machine's own file`;
}

/** Throws as `parseRemoteDocument`, and for a value that no agent takes. */
export function checkRemoteDocument(text: string): void {
  checkSettings(REMOTE_SETTINGS, parseRemoteDocument(text));
}
