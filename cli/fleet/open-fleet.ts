// The gateway as the commands ask it: with words that name the options, and nothing changed where the context is read-only.
import type { ServiceError } from '@grpc/grpc-js';
import { grpcWords } from '../../core/common/grpc-words.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { FleetClient } from '../../proto/client/fleet-client.ts';
import { type GatewayAddress, type GatewayChannel, openChannel } from '../../proto/client/gateway-channel.ts';
import { fromServiceError, toldCode } from '../../proto/client/grpc-errors.ts';

/** Which gateway to ask, and as whom. */
export interface FleetTarget extends GatewayAddress {
  /** The context it was found by, and the file that has it, where nothing may be changed there. */
  readOnly?: { context: string; file: string };
}

const MAX_ANSWER_BYTES = 64 * 1024 ** 2;

/** Throws `invalid_config` where a file cannot be read. Connects with the first call; close it when done. */
export function openFleet(target: FleetTarget): FleetClient {
  return new FleetClient(openTarget(target), {
    toError: (error) => toFleetError(error, target),
    assertMayChange: (change) => assertMayChange(target, change),
  });
}

/** As `openFleet`, for calls that a FleetClient has not. */
export function openTarget(target: FleetTarget): GatewayChannel {
  return openChannel(target, { 'grpc.max_receive_message_length': MAX_ANSWER_BYTES }, unreadableWords);
}

/** What a call ended with, as one sentence. */
export function toFleetError(error: ServiceError, { gateway, caFile, tokenFile }: FleetTarget): MusterError {
  const { code, message } = fromServiceError(error);
  const details = grpcWords(message);
  if (code === 'unauthenticated')
    return new MusterError(code, `gateway ${gateway} does not take the token in ${tokenFile}: ${details}`, error);
  // The gateway's own words mean that it was reached, and something behind it is not.
  if (code !== 'unavailable' || toldCode(error) !== undefined) return new MusterError(code, details, error);
  const why = /certificate|self.signed|SSL|TLS/i.test(details)
    ? `its certificate is not one of the CA in ${caFile}: name the right one with --ca-file (${details})`
    : 'it cannot be reached: start it with muster up, or name another with --gateway';
  return new MusterError(code, `gateway ${gateway}: ${why}`, error);
}

/** Throws `permission_denied` where the target was found by a read-only context. `change` begins the sentence. */
export function assertMayChange({ readOnly }: Pick<FleetTarget, 'readOnly'>, change: string): void {
  if (readOnly === undefined) return;
  throw new MusterError(
    'permission_denied',
    `${change} is refused, because the context ${readOnly.context} is read-only: ` +
      `name another with --context, or set its readOnly to false in ${readOnly.file}`,
  );
}

function unreadableWords(file: 'caFile' | 'tokenFile', path: string, code: string): string {
  const [what, option] = file === 'caFile' ? ["the fleet's CA", '--ca-file'] : ['the access token', '--token-file'];
  return `${what} cannot be read from ${path} (${code}): name another file with ${option}`;
}
