// Whether the gateway can be reached from here, told in words: the TLS handshake with our CA and identity, and the time by its clock.
import { connect } from 'node:http2';
import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';

const LIMIT_MS = 5000;

export interface GatewayProbe {
  reachable: boolean;
  /** Why not; empty where it can be. */
  problem: string;
  /** From the first packet to the answer. */
  tookMs: number;
  /** Our clock against the gateway's, within a second; null where it was not told. */
  skewMs: number | null;
}

export interface ProbeTarget {
  /** `host:port` */
  gateway: string;
  ca: Buffer;
  identity?: { key: Buffer; certificate: Buffer };
}

/** Asks for the health of the gateway, as a load balancer would. Never rejects. */
export function probeGateway({ gateway, ca, identity }: ProbeTarget): Promise<GatewayProbe> {
  const startMs = Date.now();
  const at = gateway.lastIndexOf(':');
  const host = gateway.slice(0, at).replace(/^\[(.*)\]$/, '$1');
  // Checked against the address that was asked for, also where it is a number, which no handshake may name.
  const servername = isIP(host) === 0 ? host : 'localhost';
  return new Promise((resolve) => {
    const session = connect(`https://${gateway}`, {
      ca,
      ...(identity === undefined ? {} : { key: identity.key, cert: identity.certificate }),
      servername,
      checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
    });
    const finish = (problem: string, date?: string): void => {
      clearTimeout(timer);
      session.destroy();
      const tookMs = Date.now() - startMs;
      const gatewayMs = Date.parse(date ?? '');
      const skewMs = Number.isNaN(gatewayMs) ? null : roundSkew(startMs + tookMs / 2 - gatewayMs);
      resolve({ reachable: problem === '', problem, tookMs, skewMs });
    };
    const timer = setTimeout(() => finish(`no answer within ${LIMIT_MS / 1000} s`), LIMIT_MS);
    session.on('error', (error: Error) => finish(error.message));
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    // Ours to hear, or it would end the process; what the session says of it is the better reason.
    stream.on('error', (error: Error) => setImmediate(() => finish(error.message)));
    stream.on('response', (headers) => finish('', headers['date'] as string | undefined));
    // An empty message in gRPC's frame: not compressed, no bytes.
    stream.end(Buffer.alloc(5));
  });
}

/** The answer names whole seconds, cut off: what is within one is no skew. */
function roundSkew(differenceMs: number): number {
  const middle = differenceMs - 500;
  return Math.abs(middle) <= 1000 ? 0 : Math.round(middle / 1000) * 1000;
}
