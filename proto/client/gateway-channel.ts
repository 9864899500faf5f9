// A gRPC channel to a gateway: TLS by the fleet's CA, and the bearer token that every call carries.
import { readFileSync } from 'node:fs';
import { type ChannelOptions, Client, Metadata } from '@grpc/grpc-js';
import { MusterError } from '../../core/common/muster-error.ts';
import { channelTls } from '../../core/node/channel-credentials.ts';

/** Which gateway to ask, and as whom. */
export interface GatewayAddress {
  /** host:port */
  gateway: string;
  /** The fleet's CA, PEM. */
  caFile: string;
  /** Holds the bearer token. */
  tokenFile: string;
}

export interface GatewayChannel {
  readonly client: Client;
  /** With the bearer token. */
  readonly metadata: Metadata;
  /** As the file had it when the channel was opened. */
  readonly token: string;
}

/** Connects with the first call. Throws what `unreadable` makes of a file that cannot be read: the code is Node's, such as ENOENT. */
export function openChannel(
  { gateway, caFile, tokenFile }: GatewayAddress,
  options: ChannelOptions = {},
  unreadable: (file: 'caFile' | 'tokenFile', path: string, code: string) => string = unreadableWords,
): GatewayChannel {
  const read = (file: 'caFile' | 'tokenFile', path: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw new MusterError('invalid_config', unreadable(file, path, String((error as NodeJS.ErrnoException).code)), error);
    }
  };
  const ca = read('caFile', caFile);
  const token = read('tokenFile', tokenFile).toString('utf8').trim();
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  const tls = channelTls(gateway, ca);
  const client = new Client(gateway, tls.credentials, { ...tls.options, 'grpc.enable_retries': 0, ...options });
  return { client, metadata, token };
}

function unreadableWords(file: 'caFile' | 'tokenFile', path: string, code: string): string {
  const what = file === 'caFile' ? 'CA file' : 'token file';
  return `the ${what} ${path} cannot be read (${code}): check that the gateway's owner made it`;
}
