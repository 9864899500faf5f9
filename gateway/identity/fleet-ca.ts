// The fleet's CA as a gateway holds it: read and checked at start, then signs nodes.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { MusterError } from '../../core/common/muster-error.ts';
import { readStartFile } from '../../core/node/start-file.ts';
import { type Authority, createNodeIssuer, type NodeCertificate, renewServerCertificate } from '../../core/node/tls-authority.ts';
import { type AuditKey, auditKey } from '../audit/audit-chain.ts';
import { type CertificateRequest, checkCertificateRequest } from './certificate-request.ts';

export interface FleetCa {
  readonly certificatePem: string;
  /** Ties the records of the audit to each other. */
  readonly auditKey: AuditKey;
  /** Checks a request before anything is spent on it. Throws `invalid_argument`. */
  check(csrPem: string): Promise<CertificateRequest>;
  /** A client certificate named `nodeId`, valid from a few minutes ago. */
  sign(nodeId: string, request: CertificateRequest, generation: number): Promise<NodeCertificate>;
  /** A certificate of the gateway itself for a key that is there, PEM. */
  signServer(names: readonly string[], keyPem: string, days: number): Promise<string>;
}

const RESTORE = 'restore it from a backup; where there never was one, muster up or muster prepare makes it';

/** Throws `invalid_config` with one sentence where the files are missing, not a CA, not a pair, or ended. */
export function loadFleetCa(certificateFile: string, keyFile: string, nodeDays: number): FleetCa {
  const authority: Authority = {
    certificatePem: readStartFile(certificateFile, "certificate of the fleet's CA", RESTORE),
    keyPem: readStartFile(keyFile, "key of the fleet's CA", RESTORE),
  };
  assertPair(authority, certificateFile, keyFile, Date.now());
  const issue = createNodeIssuer(authority);
  return {
    certificatePem: authority.certificatePem,
    auditKey: auditKey(authority.keyPem),
    check: checkCertificateRequest,
    sign: (nodeId, request, generation) => issue(nodeId, request.pem, nodeDays, generation),
    signServer: (names, keyPem, days) => renewServerCertificate(authority, names, keyPem, days),
  };
}

function assertPair(authority: Authority, certificateFile: string, keyFile: string, now: number): void {
  let certificate: X509Certificate;
  let fits: boolean;
  try {
    certificate = new X509Certificate(authority.certificatePem);
    fits = certificate.checkPrivateKey(createPrivateKey(authority.keyPem));
  } catch (error) {
    throw new MusterError('invalid_config', `${certificateFile} and ${keyFile} are not a certificate and a key in PEM`, error);
  }
  if (!certificate.ca) throw new MusterError('invalid_config', `${certificateFile} is not the certificate of a CA: name the fleet's CA`);
  if (!fits) throw new MusterError('invalid_config', `the key in ${keyFile} does not belong to the certificate in ${certificateFile}`);
  if (Date.parse(certificate.validTo) < now)
    throw new MusterError('invalid_config', `the CA in ${certificateFile} ended on ${certificate.validTo}`);
}
