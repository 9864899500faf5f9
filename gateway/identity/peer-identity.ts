// Who is at the other end of a call, from the certificate of its connection and from nothing else.
import type { PeerCertificate } from 'node:tls';
import { MusterError } from '../../core/common/muster-error.ts';
import { isNodeId } from './node-id.ts';

/** What of a call is needed; every server call of grpc-js has it. */
export interface AuthenticatedCall {
  getAuthContext(): { sslPeerCertificate?: PeerCertificate | undefined };
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** The node id of a caller with a client certificate of the fleet's CA, undefined for everybody else. */
export function findNodeId(call: AuthenticatedCall): string | undefined {
  // Present only where TLS verified the chain against the fleet's CA.
  const certificate = call.getAuthContext().sslPeerCertificate;
  const name = certificate?.subject?.CN;
  if (certificate === undefined || typeof name !== 'string' || !isNodeId(name)) return undefined;
  const usages: readonly string[] | undefined = certificate.ext_key_usage;
  return usages?.includes(CLIENT_AUTH) ? name : undefined;
}

/** As `findNodeId`; throws `unauthenticated` where there is none. */
export function requireNodeId(call: AuthenticatedCall): string {
  const nodeId = findNodeId(call);
  if (nodeId === undefined) {
    throw new MusterError(
      'unauthenticated',
      "the connection has no client certificate of this fleet's CA: enrol with a join token first (AgentService/Enroll)",
    );
  }
  return nodeId;
}
