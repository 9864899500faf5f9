// Certificates of nodes. What all have in common is made once, as a crowd of agents may enrol at the same time and a general library takes
// milliseconds of CPU for each.
import 'reflect-metadata';
import { createPrivateKey, randomBytes, sign } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { MusterError } from '../common/muster-error.ts';
import { bitString, der, ECDSA_WITH_SHA256, toPem } from './der.ts';
import type { Authority } from './tls-authority.ts';

/** What a node gets. */
export interface NodeCertificate {
  readonly certificatePem: string;
  readonly notAfter: Date;
}

/**
 * A client certificate for the key of a certificate signing request, valid for `days` (default a year) from a few minutes ago. Nothing else
 * of the request gets into it: the common name is `nodeId`, the usage is client authentication.
 */
export type NodeIssuer = (nodeId: string, csrPem: string, days?: number) => NodeCertificate;

export const LEAF_DAYS = 365;
/** Certificates begin a little in the past, for a host whose clock is behind. */
export const BACKDATE_MS = 5 * 60_000;
export const DAY_MS = 86_400_000;

const VERSION_3 = der(0xa0, der(0x02, Buffer.from([2])));
/** 2.5.4.3 */
const COMMON_NAME = Buffer.from('0603550403', 'hex');
/** From 2050 on a time has four digits of the year and another tag (RFC 5280 4.1.2.5). */
const LONG_YEARS_MS = Date.UTC(2050, 0, 1);

/** Throws `invalid_config` where the authority's key is no EC key: ours are P-256. */
export function createNodeIssuer(authority: Authority): NodeIssuer {
  const key = createPrivateKey(authority.keyPem);
  if (key.asymmetricKeyType !== 'ec') {
    throw new MusterError('invalid_config', `the key of the fleet CA is of the type ${key.asymmetricKeyType}: it must be EC P-256`);
  }
  const own = new x509.X509Certificate(authority.certificatePem);
  const issuer = Buffer.from(own.subjectName.toArrayBuffer());
  const extensions = extensionsOf(own);
  return (nodeId, csrPem, days = LEAF_DAYS) => {
    const { publicKey } = new x509.Pkcs10CertificateRequest(csrPem);
    const now = Date.now();
    const validity = der(0x30, time(now - BACKDATE_MS), time(now + days * DAY_MS));
    const content = [VERSION_3, serialNumber(), ECDSA_WITH_SHA256, issuer, validity, commonName(nodeId), Buffer.from(publicKey.rawData)];
    const signed = der(0x30, ...content, extensions);
    const certificate = der(0x30, signed, ECDSA_WITH_SHA256, bitString(sign('sha256', signed, key)));
    return { certificatePem: toPem('CERTIFICATE', certificate), notAfter: toSecond(now + days * DAY_MS) };
  };
}

function extensionsOf(own: x509.X509Certificate): Buffer {
  const keyId = own.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
  const extensions = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
    ...(keyId === undefined ? [] : [new x509.AuthorityKeyIdentifierExtension(keyId)]),
  ];
  return der(0xa3, der(0x30, ...extensions.map((extension) => Buffer.from(extension.rawData))));
}

/** Positive and 127 bits, as RFC 5280 4.1.2.2 wants serial numbers. */
export function randomSerial(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40;
  return bytes;
}

function serialNumber(): Buffer {
  return der(0x02, randomSerial());
}

function commonName(text: string): Buffer {
  return der(0x30, der(0x31, der(0x30, COMMON_NAME, der(0x0c, Buffer.from(text)))));
}

function time(ms: number): Buffer {
  const digits = `${toSecond(ms).toISOString().replace(/\D/g, '').slice(0, 14)}Z`;
  return ms < LONG_YEARS_MS ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
}

function toSecond(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000);
}
