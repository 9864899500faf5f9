// TLS of a gRPC channel to a gateway, which may be named by an IP address.
import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import { type ChannelCredentials, type ChannelOptions, credentials } from '@grpc/grpc-js';

export interface ChannelTls {
  credentials: ChannelCredentials;
  /** To be given with the credentials. */
  options: ChannelOptions;
}

/**
 * Trusts `ca` alone (PEM); presents `identity` where there is one. The certificate must name the host of `address` (host:port), be it a
 * name or an IP address. RFC 6066 allows no address as the server name of the handshake and Node warns of it, so that another name stands
 * there then; what is checked is the address all the same.
 */
export function channelTls(address: string, ca: Buffer, identity?: { key: Buffer; certificate: Buffer }): ChannelTls {
  const host = hostOf(address);
  const numeric = isIP(host) !== 0;
  return {
    credentials: credentials.createSsl(ca, identity?.key ?? null, identity?.certificate ?? null, {
      ...(numeric ? { checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate) } : {}),
    }),
    options: numeric ? { 'grpc.ssl_target_name_override': 'localhost' } : {},
  };
}

/** `[::1]:7443` → `::1`. */
function hostOf(address: string): string {
  const host = address.slice(0, address.lastIndexOf(':'));
  return host.startsWith('[') ? host.slice(1, -1) : host;
}
