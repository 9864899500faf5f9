// The call that tells how another machine joins.
import { createHash } from 'node:crypto';
import { MusterError } from '../../../core/common/muster-error.ts';
import type { GetJoinInfoRequest, JoinInfo } from '../../../proto/gen/messages.ts';
import type { AgentPrograms } from '../../join/agent-programs.ts';
import { joinAddresses, type Listening, parseAddress } from '../../join/join-address.ts';
import { joinLines } from '../../join/join-lines.ts';
import { type CallContext, type FleetHandlers, handlers } from './call-handlers.ts';

export interface JoinCallsOptions {
  /** Of the fleet, as its file has it. */
  caPem: string;
  programs: Pick<AgentPrograms, 'list'>;
  /** As it is now. */
  listening(): Listening;
}

export const LOOPBACK_ALONE =
  'the gateway listens for this machine alone: start it with npm start -- --listen ADDRESS (muster up --listen ADDRESS), with an address of this machine that the others reach; where a proxy or a container stands before it, set joinAddresses';

export function joinHandlers(context: CallContext, options: JoinCallsOptions): FleetHandlers<'getJoinInfo'> {
  return handlers(context, { getJoinInfo: (request) => joinInfo(options, request) });
}

async function joinInfo({ caPem, programs, listening }: JoinCallsOptions, request: GetJoinInfoRequest): Promise<JoinInfo> {
  const now = listening();
  const addresses = joinAddresses(now);
  const address = chosen(request.address, now.port) ?? addresses[0];
  const caSha256 = createHash('sha256').update(caPem).digest('hex');
  const list = await programs.list();
  const executables = list.filter(({ target }) => target !== 'node').map(({ target }) => target);
  return {
    addresses,
    caSha256,
    programs: list.map(({ target, sha256, bytes }) => ({ target, sha256, bytes })),
    lines: address === undefined ? [] : joinLines(address, caSha256, executables),
    problem: address === undefined ? LOOPBACK_ALONE : '',
    caUrl: address === undefined ? '' : `https://${address}/join/ca.pem`,
  };
}

function chosen(text: string, port: number): string | undefined {
  if (text === '') return undefined;
  const address = parseAddress(text, port);
  if (address !== undefined) return address;
  throw new MusterError(
    'invalid_argument',
    `address is ${JSON.stringify(text.slice(0, 80))}: a host or host:port is needed, such as 10.0.0.5:7443`,
  );
}
