// Which gateway a command asks: the one of a state folder, or the one its options name.
import type { Command } from 'commander';
import { MusterError } from '../../core/common/muster-error.ts';
import { findHome, StateFolder } from '../up/state-folder.ts';
import { readUpRecord } from '../up/up-record.ts';
import type { FleetTarget } from './fleet-client.ts';

export interface TargetOptions {
  home?: string;
  gateway?: string;
  caFile?: string;
  tokenFile?: string;
}

/** Adds the options by which every command that asks a gateway finds it. */
export function withTarget(command: Command): Command {
  return command
    .option('--home <dir>', 'state folder of `muster up` (default $MUSTER_HOME, else $XDG_STATE_HOME/muster)')
    .option('--gateway <host:port>', 'ask this gateway instead of the one of the state folder')
    .option('--ca-file <file>', "the fleet's CA certificate, with --gateway")
    .option('--token-file <file>', 'file with an access token, with --gateway');
}

/** Throws `failed_precondition` with what to do where no gateway is known. */
export function findTarget(options: TargetOptions, env: Readonly<Record<string, string | undefined>>): FleetTarget {
  const { gateway, caFile, tokenFile } = options;
  if (gateway !== undefined && caFile !== undefined && tokenFile !== undefined) return { gateway, caFile, tokenFile };
  const state = new StateFolder(findHome(options.home, env));
  const addresses = readUpRecord(state.upFile)?.addresses;
  if (addresses === undefined) {
    throw new MusterError(
      'failed_precondition',
      `there is no Muster in ${state.home}: start one with muster up, name its folder with --home, or give --gateway, --ca-file and --token-file`,
    );
  }
  return { gateway: gateway ?? addresses.gateway, caFile: caFile ?? addresses.caFile, tokenFile: tokenFile ?? addresses.tokenFile };
}
