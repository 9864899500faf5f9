// The fleet's own certificate authority: makes it, and issues the certificates of gateways with it; those of nodes: node-certificate.ts.
import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { MusterError } from '../common/muster-error.ts';
import { BACKDATE_MS, DAY_MS, LEAF_DAYS, randomSerial } from './node-certificate.ts';

/** A certificate and the private key that signs with it, as files hold them. */
export interface Authority {
  readonly certificatePem: string;
  /** PKCS #8. Whoever has it can be any node of the fleet. */
  readonly keyPem: string;
}

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };
const AUTHORITY_DAYS = 3650;

/** A new self-signed authority for a fleet: EC P-256, valid ten years, may sign leaf certificates only. */
export async function createAuthority(): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(AUTHORITY_DAYS),
    serialNumber: randomSerial().toString('hex'),
    name: [{ CN: ['Muster fleet CA'] }],
    keys,
    signingAlgorithm: SIGNING,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificatePem: toPem(certificate), keyPem: await privateKeyPem(keys.privateKey) };
}

/** A new key and a server certificate for it. `names` are DNS names and IP addresses; the first is also the common name. */
export async function issueServerCertificate(authority: Authority, names: readonly string[], days = LEAF_DAYS): Promise<Authority> {
  const [first] = names;
  if (first === undefined) throw new MusterError('invalid_argument', 'a server certificate needs at least one name or address');
  const keys = await crypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
  const alternatives = names.map((name) => new x509.GeneralName(isIP(name) === 0 ? 'dns' : 'ip', name));
  const extensions = [new x509.SubjectAlternativeNameExtension(alternatives, false)];
  const certificate = await sign(authority, first, keys.publicKey, extensions, days);
  return { certificatePem: toPem(certificate), keyPem: await privateKeyPem(keys.privateKey) };
}

async function sign(
  authority: Authority,
  commonName: string,
  publicKey: webcrypto.CryptoKey,
  extensions: readonly x509.Extension[],
  days: number,
): Promise<x509.X509Certificate> {
  const issuer = new x509.X509Certificate(authority.certificatePem);
  return await x509.X509CertificateGenerator.create({
    ...validity(days),
    serialNumber: randomSerial().toString('hex'),
    subject: [{ CN: [commonName] }],
    issuer: issuer.subjectName,
    publicKey,
    signingKey: await importPrivateKey(authority.keyPem),
    signingAlgorithm: SIGNING,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...extensions,
    ],
  });
}

function validity(days: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - BACKDATE_MS), notAfter: new Date(now + days * DAY_MS) };
}

function toPem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY').trim()}\n`;
}

async function importPrivateKey(pem: string): Promise<webcrypto.CryptoKey> {
  const [der] = x509.PemConverter.decode(pem);
  if (der === undefined)
    throw new MusterError('invalid_config', 'the key file of the fleet CA holds no PEM block: restore it from a backup');
  return await crypto.subtle.importKey('pkcs8', der, KEY_ALGORITHM, false, ['sign']);
}
