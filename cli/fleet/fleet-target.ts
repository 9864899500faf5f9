// Which gateway a command asks: the one its options name, a context of the contexts file, or the one of a state folder.
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { MusterError } from '../../core/common/muster-error.ts';
import { contextNamed, contextsFile, readContexts } from '../../core/node/contexts.ts';
import { findHome, StateFolder } from '../state/state-folder.ts';
import { readUpRecord } from '../state/up-record.ts';
import type { FleetTarget } from './open-fleet.ts';

/** The name of no context: the gateway of `muster up` on this machine. */
export const LOCAL_CONTEXT = 'local';

export interface TargetOptions {
  home?: string;
  context?: string;
  gateway?: string;
  caFile?: string;
  tokenFile?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Adds the options by which every command that asks a gateway finds it. */
export function withTarget(command: Command): Command {
  return command
    .option('--home <dir>', 'state folder of `muster up` (default $MUSTER_HOME, else $XDG_STATE_HOME/muster)')
    .option('--context <name>', 'ask the gateway of this context; see muster context')
    .option('--gateway <host:port>', 'ask this gateway instead of the one of the state folder')
    .option('--ca-file <file>', "the fleet's CA certificate, with --gateway")
    .option('--token-file <file>', 'file with an access token, with --gateway');
}

/** Throws `unavailable` with what to do where no gateway is known, `invalid_argument` where a folder is named that is not there. */
export function findTarget(options: TargetOptions, env: Environment): FleetTarget {
  const { gateway, caFile, tokenFile } = options;
  if (gateway !== undefined && caFile !== undefined && tokenFile !== undefined) return { gateway, caFile, tokenFile };
  const name = findContextName(options, env);
  if (name !== undefined) {
    const file = contextsFile(env);
    const context = contextNamed(file, name);
    return {
      gateway: gateway ?? context.gateway,
      caFile: caFile ?? context.caFile,
      tokenFile: tokenFile ?? context.tokenFile,
      ...(context.readOnly ? { readOnly: { context: name, file } } : {}),
    };
  }
  const state = new StateFolder(findHome(options.home, env));
  assertHome(options.home);
  const addresses = readUpRecord(state.upFile)?.addresses;
  if (addresses === undefined) {
    throw new MusterError(
      'unavailable',
      `there is no Muster in ${state.home}: start one with muster up, name its folder with --home, or give --gateway, --ca-file and --token-file`,
    );
  }
  return { gateway: gateway ?? addresses.gateway, caFile: caFile ?? addresses.caFile, tokenFile: tokenFile ?? addresses.tokenFile };
}

/** Throws `invalid_argument` where the folder that was named is not there: nothing can ever have run in it. */
export function assertHome(home: string | undefined): void {
  if (home !== undefined && !existsSync(home))
    throw new MusterError('invalid_argument', `--home is ${home}, and there is no such folder: name the state folder of a muster up`);
}

/** The context that counts: the one named, else the one in use unless a state folder or a gateway is named. Undefined for none. */
export function findContextName({ context, home, gateway }: TargetOptions, env: Environment): string | undefined {
  if (context !== undefined) return context === LOCAL_CONTEXT ? undefined : context;
  if (home !== undefined || gateway !== undefined || env['MUSTER_HOME']) return undefined;
  return readContexts(contextsFile(env)).current;
}
