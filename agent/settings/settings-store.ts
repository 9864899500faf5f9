// The agent's settings as they are now: its own file with what was set from afar over it. Components read `current` and hear of changes.
import { isDeepStrictEqual } from 'node:util';
import type { AgentConfig } from '../config.ts';

export type SettingsListener = (current: AgentConfig, before: AgentConfig) => void;

/** Read once, when the agent starts: a change in the file waits for a restart. */
export const NEED_RESTART = [
  ...['stateDir', 'gateway', 'caFile', 'joinTokenFile', 'localPort', 'commands', 'restartableUnits'],
  ...['retrySteps', 'giveUpAfter', 'backlogRowsPerSecond'],
] as readonly (keyof AgentConfig)[];

export class SettingsStore {
  #current: AgentConfig;
  readonly #listeners = new Set<SettingsListener>();

  constructor(initial: AgentConfig) {
    this.#current = initial;
  }

  get current(): AgentConfig {
    return this.#current;
  }

  /** Called after each change; returns what ends it. */
  onChange(listener: SettingsListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Puts settings in force. Returns the keys that changed and wait for a restart; these keep their value until then. */
  set(config: AgentConfig): string[] {
    const before = this.#current;
    const waiting = NEED_RESTART.filter((key) => !isDeepStrictEqual(config[key], before[key]));
    const kept = Object.fromEntries(waiting.map((key) => [key, before[key]]));
    const current = { ...config, ...kept } as AgentConfig;
    if (!isDeepStrictEqual(current, before)) {
      this.#current = current;
      for (const listener of this.#listeners) listener(current, before);
    }
    return waiting;
  }
}

/** True where one of these settings differs. */
export function differs(current: AgentConfig, before: AgentConfig, ...keys: (keyof AgentConfig)[]): boolean {
  return keys.some((key) => !isDeepStrictEqual(current[key], before[key]));
}
