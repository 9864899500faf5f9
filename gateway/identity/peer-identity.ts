// Who is at the other end of a call, from the certificate of its connection and from nothing else.
import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';
import { MusterError } from '../../core/common/muster-error.ts';
import { GENERATION_URI } from '../../core/node/tls-authority.ts';
import { isNodeId } from './node-id.ts';

/** What of a call is needed; every server call of grpc-js has it. */
export interface AuthenticatedCall {
  getAuthContext(): { sslPeerCertificate?: PeerCertificate | undefined };
}

/** What the certificate of a connection proves. */
export interface NodeIdentity {
  readonly nodeId: string;
  /** 0 for a certificate of a time when they had none. */
  readonly generation: number;
  /** When the certificate ends, Unix ms. */
  readonly notAfterMs: number;
  /** SHA-256 of its public key, hex. Takes a moment. */
  keyHash(): string;
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** Who calls with a client certificate of the fleet's CA, undefined for everybody else. */
export function findIdentity(call: AuthenticatedCall): NodeIdentity | undefined {
  // Present only where TLS verified the chain against the fleet's CA.
  const certificate = call.getAuthContext().sslPeerCertificate;
  const name = certificate?.subject?.CN;
  if (certificate === undefined || typeof name !== 'string' || !isNodeId(name)) return undefined;
  const usages: readonly string[] | undefined = certificate.ext_key_usage;
  if (!usages?.includes(CLIENT_AUTH)) return undefined;
  return {
    nodeId: name,
    generation: generationOf(certificate.subjectaltname),
    notAfterMs: Date.parse(certificate.valid_to),
    keyHash: () => hashOfKey(new X509Certificate(certificate.raw).publicKey),
  };
}

/** As `findIdentity`; throws `unauthenticated` where there is none, with `why` where the certificate that was shown does not hold. */
export function requireIdentity(call: AuthenticatedCall, why: string | undefined): NodeIdentity {
  const identity = findIdentity(call);
  if (identity === undefined) {
    throw new MusterError(
      'unauthenticated',
      why ?? "the connection has no client certificate of this fleet's CA: enrol with a join token first (AgentService/Enroll)",
    );
  }
  return identity;
}

function generationOf(alternatives: string | undefined): number {
  const uri = alternatives?.split(', ').find((name) => name.startsWith(`URI:${GENERATION_URI}`));
  const generation = Number(uri?.slice(`URI:${GENERATION_URI}`.length) ?? 0);
  return Number.isSafeInteger(generation) && generation > 0 ? generation : 0;
}

/** SHA-256 in hex of the key as SPKI. */
export function hashOfKey(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}
