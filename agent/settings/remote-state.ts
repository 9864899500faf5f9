// What the agent keeps of remote configurations in its state folder: the one in force, the last that proved good, the one it turned down.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../../core/node/durable-file.ts';

/** A document and its version; version 0 is the agent's own file alone. */
export interface RemoteVersion {
  version: number;
  document: string;
}

export interface RemoteState extends RemoteVersion {
  /** As `ConfigState.state`. */
  state: 'none' | 'applied' | 'refused' | 'rolled_back';
  /** False until a gateway was reached long enough after it was applied. */
  confirmed: boolean;
  /** How often the agent started while it was not confirmed: a configuration may also end the agent. */
  starts: number;
  /** The last one that was confirmed. */
  previous: RemoteVersion;
  /** Refused or rolled back: it is not applied when it comes again. */
  rejectedVersion: number;
  problem: string;
}

export const OWN_FILE: RemoteVersion = { version: 0, document: '' };

export const NO_REMOTE_STATE: RemoteState = {
  ...OWN_FILE,
  state: 'none',
  confirmed: true,
  starts: 0,
  previous: OWN_FILE,
  rejectedVersion: 0,
  problem: '',
};

const FILE = 'remote-config.json';

/** What was kept; nothing where there is no file, or none that can be read: the gateway then sends its configuration again. */
export function loadRemoteState(stateDir: string): RemoteState {
  try {
    const kept = JSON.parse(readFileSync(join(stateDir, FILE), 'utf8')) as Partial<RemoteState>;
    const whole = typeof kept.version === 'number' && typeof kept.document === 'string' && typeof kept.previous?.document === 'string';
    return whole ? { ...NO_REMOTE_STATE, ...kept } : NO_REMOTE_STATE;
  } catch {
    return NO_REMOTE_STATE;
  }
}

/** On disk, whole, when it returns. Throws what the file system says. */
export function saveRemoteState(stateDir: string, state: RemoteState): void {
  writeDurably(join(stateDir, FILE), JSON.stringify(state));
}
