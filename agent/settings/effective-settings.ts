// The settings an agent runs with: its own file, flags and variables, with a document from afar over them. Loads the schema: for the child only.
import { MusterError, messageOf } from '../../core/common/muster-error.ts';
import { loadConfig } from '../../core/node/config.ts';
import { parseRemoteDocument } from '../../core/node/remote-settings.ts';
import { AGENT_VERSION } from '../agent-version.ts';
import { AGENT_DECLARATION, type AgentConfig } from '../config.ts';
import { loadRemoteState } from './remote-state.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface SettingsAtStart {
  config: AgentConfig;
  /** Why the configuration that was in force is left out. */
  remoteProblem?: string;
}

/** Throws `invalid_config`. An empty document sets nothing. */
export function effectiveSettings(argv: readonly string[], env: Environment, document: string): AgentConfig {
  const over = parseRemoteDocument(document);
  for (const [key, { where }] of over) {
    if (Object.hasOwn(AGENT_DECLARATION, key)) continue;
    throw new MusterError('invalid_config', `${where}: this agent (version ${AGENT_VERSION}) has no setting ${key}: leave it out`);
  }
  // Alone first: what is wrong in the own file must not hide behind what is over it.
  const own = loadConfig('agent', AGENT_DECLARATION, { argv, env });
  return over.size === 0 ? own : loadConfig('agent', AGENT_DECLARATION, { argv, env, over });
}

/** With the configuration that was in force when the agent stopped, where it is still acceptable. Throws `invalid_config`. */
export function settingsAtStart(argv: readonly string[], env: Environment): SettingsAtStart {
  const config = effectiveSettings(argv, env, '');
  const { document } = loadRemoteState(config.stateDir);
  if (document === '') return { config };
  try {
    return { config: effectiveSettings(argv, env, document) };
  } catch (error) {
    return { config, remoteProblem: messageOf(error) };
  }
}
