// The gateway's certificate as its door shows it, and the fleet's CA: are they good, and for how long.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { FleetTarget } from '../fleet/open-fleet.ts';
import { type Finding, problem, warning, well } from './finding.ts';

const ANSWER_WITHIN_MS = 5000;
const DAY_MS = 86_400_000;
const DAYS_LEFT = { warning: 30, problem: 7 };
/** A gateway renews a certificate of the fleet's CA at two thirds of its life; this much later it has failed to. */
const LIFE_LEFT = { warning: 0.3, problem: 0.1 };

/** What a door's handshake showed. */
export interface ShownCertificate {
  /** Unix ms. */
  notBeforeMs: number;
  notAfterMs: number;
  /** The fleet's CA issued it: the gateway renews it by itself. */
  ofFleet: boolean;
  /** Why a client would refuse it; empty where none would. */
  refusal: string;
}

/** Two findings: of the gateway's certificate and of the CA. A door that does not answer is told as a problem. */
export async function certificateFindings(target: FleetTarget, nowMs: number): Promise<Finding[]> {
  const ca = readFileSync(target.caFile);
  const shown = await showCertificate(target.gateway, ca).catch((error: Error) => error);
  return [judgeCertificate(target, shown, nowMs), judgeAuthority(target.caFile, new X509Certificate(ca).validToDate.getTime(), nowMs)];
}

export function judgeCertificate({ gateway, caFile }: FleetTarget, shown: ShownCertificate | Error, nowMs: number): Finding {
  if (shown instanceof Error) {
    const advice = 'start the gateway, or see its log: nothing listens there, or it does not speak TLS';
    return problem('certificate', `${gateway} makes no TLS handshake: ${shown.message}`, advice);
  }
  const leftMs = shown.notAfterMs - nowMs;
  const days = Math.floor(leftMs / DAY_MS);
  const until = `until ${new Date(shown.notAfterMs).toISOString().slice(0, 10)}, ${days} days`;
  const renew = shown.ofFleet
    ? 'the gateway renews it at two thirds of its life and did not: see `server certificate` in its log, and its fleetCaKeyFile'
    : 'replace tlsCertificateFile and tlsKeyFile: the gateway reads them again by itself, and renews only certificates of the fleet CA';
  if (leftMs < 0) return problem('certificate', `the certificate of ${gateway} has ended (${until})`, renew);
  if (shown.refusal !== '') {
    const advice = `name the fleet's CA with --ca-file, or issue a certificate of ${caFile} that has this name`;
    return problem('certificate', `the certificate of ${gateway} is refused: ${shown.refusal}`, advice);
  }
  const lifeLeft = leftMs / (shown.notAfterMs - shown.notBeforeMs);
  const below = (limit: 'warning' | 'problem'): boolean => (shown.ofFleet ? lifeLeft < LIFE_LEFT[limit] : days < DAYS_LEFT[limit]);
  if (below('problem')) return problem('certificate', `${gateway} ${until}`, renew);
  return below('warning') ? warning('certificate', `${gateway} ${until}`, renew) : well('certificate', `${gateway} ${until}`);
}

function judgeAuthority(caFile: string, notAfterMs: number, nowMs: number): Finding {
  const days = Math.floor((notAfterMs - nowMs) / DAY_MS);
  const words = `${caFile} until ${new Date(notAfterMs).toISOString().slice(0, 10)}, ${days} days`;
  if (days >= 365) return well('fleet CA', words);
  return warning('fleet CA', words, 'plan a new CA: every agent has to get it before this one ends');
}

async function showCertificate(gateway: string, ca: Buffer): Promise<ShownCertificate> {
  const at = gateway.lastIndexOf(':');
  const host = gateway.slice(0, at).replace(/^\[|\]$/g, '');
  const servername = isIP(host) === 0 ? { servername: host } : {};
  // Refusals are found out here rather than thrown, so that the days left are told of a certificate that nobody takes, too.
  const socket = connect({
    host,
    port: Number(gateway.slice(at + 1)),
    ca,
    ALPNProtocols: ['h2'],
    rejectUnauthorized: false,
    ...servername,
  });
  try {
    return await new Promise<ShownCertificate>((resolve, reject) => {
      socket.setTimeout(ANSWER_WITHIN_MS, () => reject(new Error(`no answer within ${ANSWER_WITHIN_MS / 1000} s`)));
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the connection was closed')));
      socket.once('secureConnect', () => resolve(shownBy(socket, ca)));
    });
  } finally {
    socket.destroy();
  }
}

function shownBy(socket: TLSSocket, ca: Buffer): ShownCertificate {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) throw new Error('it shows no certificate');
  return {
    notBeforeMs: certificate.validFromDate.getTime(),
    ofFleet: certificate.verify(new X509Certificate(ca).publicKey),
    notAfterMs: certificate.validToDate.getTime(),
    refusal: socket.authorized ? '' : String(socket.authorizationError),
  };
}
