// Settings that change while the agent runs: the gateway's document and the agent's own file.
import type { AgentEvents } from '../events.ts';
import { readSettings } from '../settings/config-child.ts';
import { configFileOf, OwnFileWatch } from '../settings/own-file.ts';
import { RemoteConfig } from '../settings/remote-config.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { Line } from './gateway-line.ts';

/** Where the settings came from, to read them again. */
export interface SettingsOrigin {
  argv: readonly string[];
  /** Why the remote configuration that was in force is left out. */
  remoteProblem?: string | undefined;
}

export interface Remote {
  readonly config: RemoteConfig;
  readonly ownFile: OwnFileWatch;
}

export function createRemote(settings: SettingsStore, origin: SettingsOrigin, line: Line, events: AgentEvents): Remote {
  const config = new RemoteConfig({
    settings,
    read: (document) => readSettings(origin.argv, document),
    connected: () => line.connected,
    onChange: () => line.heartbeat(),
    reports: events.config,
    problemAtStart: origin.remoteProblem,
  });
  return { config, ownFile: new OwnFileWatch(configFileOf(origin.argv, process.env), () => config.reread()) };
}
