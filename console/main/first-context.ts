// Which context the first window shows: the gateway of the options, the context named, or the one in use.
import { MusterError } from '../../core/common/muster-error.ts';
import { type Context, contextNamed, readContexts } from '../../core/node/contexts.ts';
import { contextOfGateway } from '../host/context-desk.ts';
import type { MainConfig } from './config.ts';

/** `file` is the contexts file. Throws `invalid_config` or `not_found` with what to do where there is none. */
export function firstContext({ context, gateway, caFile, tokenFile }: MainConfig, file: string): Context {
  if (gateway !== '') {
    if (caFile === '' || tokenFile === '') {
      throw new MusterError('invalid_config', `the gateway ${gateway} needs --ca-file and --token-file beside it`);
    }
    return { ...contextOfGateway(gateway), caFile, tokenFile };
  }
  if (context !== '') return contextNamed(file, context);
  const { current, all } = readContexts(file);
  if (current !== undefined) return contextNamed(file, current);
  const only = all.length === 1 ? all[0] : undefined;
  if (only !== undefined) return only;
  throw new MusterError(
    'invalid_config',
    all.length === 0
      ? 'no gateway is known: add one with muster context add, or start the console with muster console'
      : `${file} has ${all.length} contexts and none is in use: choose one with muster context use`,
  );
}
