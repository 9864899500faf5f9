// The fleet's own certificate authority: makes it, and issues the certificates of gateways and nodes with it.
// Checks of what a stranger asks to have signed are the caller's.
import 'reflect-metadata';
import { createPrivateKey, createPublicKey, randomBytes, type webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { MusterError } from '../common/muster-error.ts';

/** A certificate and the private key that signs with it, as files hold them. */
export interface Authority {
  readonly certificatePem: string;
  /** PKCS #8. Whoever has it can be any node of the fleet. */
  readonly keyPem: string;
}

/** What a node gets. */
export interface NodeCertificate {
  readonly certificatePem: string;
  readonly notAfter: Date;
}

/** Valid for `days`, a year where none are given, from a few minutes ago; with its generation where one is given. */
export type NodeIssuer = (nodeId: string, csrPem: string, days?: number, generation?: number) => Promise<NodeCertificate>;

/** In the subject alternative name of a node's certificate, before the number of its generation. */
export const GENERATION_URI = 'urn:muster:generation:';

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
/** Certificates begin a little in the past, for a host whose clock is behind. */
const BACKDATE_MS = 5 * 60_000;
const AUTHORITY_DAYS = 3650;
const LEAF_DAYS = 365;

/**
 * A new self-signed authority for a fleet: EC P-256, valid ten years, may sign leaf certificates only. With the key of an authority whose
 * certificate is lost, a certificate that stands for the same authority.
 */
export async function createAuthority(keyPem?: string): Promise<Authority> {
  const keys =
    keyPem === undefined ? await crypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']) : await importKeyPair(keyPem);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(AUTHORITY_DAYS),
    serialNumber: serialNumber(),
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
  const keys = await crypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
  const certificatePem = await signServerCertificate(authority, names, keys.publicKey, days);
  return { certificatePem, keyPem: await privateKeyPem(keys.privateKey) };
}

/** A server certificate for a key that is there, PEM. */
export function renewServerCertificate(authority: Authority, names: readonly string[], keyPem: string, days = LEAF_DAYS): Promise<string> {
  const publicKey = new x509.PublicKey(createPublicKey(keyPem).export({ type: 'spki', format: 'der' }));
  return signServerCertificate(authority, names, publicKey, days);
}

async function signServerCertificate(
  authority: Authority,
  names: readonly string[],
  publicKey: webcrypto.CryptoKey | x509.PublicKey,
  days: number,
): Promise<string> {
  const [first] = names;
  if (first === undefined) throw new MusterError('invalid_argument', 'a server certificate needs at least one name or address');
  const alternatives = names.map((name) => new x509.GeneralName(isIP(name) === 0 ? 'dns' : 'ip', name));
  const extensions = [new x509.SubjectAlternativeNameExtension(alternatives, false)];
  const signer = await createSigner(authority, x509.ExtendedKeyUsage.serverAuth);
  return toPem(await sign(signer, first, publicKey, extensions, days));
}

/**
 * Issues client certificates for the keys of certificate signing requests. Nothing else of a request gets into one: the common name is
 * `nodeId`, the usage is client authentication. A crowd of agents enrols at once: what their certificates have in common is made once.
 */
export function createNodeIssuer(authority: Authority): NodeIssuer {
  let signer: Promise<Signer> | undefined;
  return async (nodeId, csrPem, days = LEAF_DAYS, generation = 0) => {
    signer ??= createSigner(authority, x509.ExtendedKeyUsage.clientAuth);
    const { publicKey } = new x509.Pkcs10CertificateRequest(csrPem);
    const name = new x509.GeneralName('url', `${GENERATION_URI}${generation}`);
    const more = generation === 0 ? [] : [new x509.SubjectAlternativeNameExtension([name], false)];
    const certificate = await sign(await signer, nodeId, publicKey, more, days);
    return { certificatePem: toPem(certificate), notAfter: certificate.notAfter };
  };
}

/** An authority, ready to sign leaf certificates for one use. */
interface Signer {
  issuer: x509.Name;
  signingKey: webcrypto.CryptoKey;
  extensions: readonly x509.Extension[];
}

async function createSigner(authority: Authority, usage: x509.ExtendedKeyUsage): Promise<Signer> {
  const own = new x509.X509Certificate(authority.certificatePem);
  return {
    issuer: own.subjectName,
    signingKey: await importPrivateKey(authority.keyPem),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      await x509.AuthorityKeyIdentifierExtension.create(own.publicKey),
    ],
  };
}

async function sign(
  { issuer, signingKey, extensions }: Signer,
  commonName: string,
  publicKey: webcrypto.CryptoKey | x509.PublicKey,
  more: readonly x509.Extension[],
  days: number,
): Promise<x509.X509Certificate> {
  return await x509.X509CertificateGenerator.create({
    ...validity(days),
    serialNumber: serialNumber(),
    subject: [{ CN: [commonName] }],
    issuer,
    publicKey,
    signingKey,
    signingAlgorithm: SIGNING,
    extensions: [...extensions, ...more],
  });
}

function validity(days: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  // No more than a tenth of its life: of a short one, two thirds would be over when it begins.
  const backdateMs = Math.min(BACKDATE_MS, (days * DAY_MS) / 10);
  return { notBefore: new Date(now - backdateMs), notAfter: new Date(now + days * DAY_MS) };
}

/** Positive and 127 bits, as RFC 5280 4.1.2.2 wants serial numbers. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function toPem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY').trim()}\n`;
}

/** The pair of a private key. */
async function importKeyPair(pem: string): Promise<webcrypto.CryptoKeyPair> {
  const spki = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  return {
    privateKey: await crypto.subtle.importKey('pkcs8', der, KEY_ALGORITHM, true, ['sign']),
    publicKey: await crypto.subtle.importKey('spki', spki, KEY_ALGORITHM, true, ['verify']),
  };
}

async function importPrivateKey(pem: string): Promise<webcrypto.CryptoKey> {
  const [der] = x509.PemConverter.decode(pem);
  if (der === undefined)
    throw new MusterError('invalid_config', 'the key file of the fleet CA holds no PEM block: restore it from a backup');
  return await crypto.subtle.importKey('pkcs8', der, KEY_ALGORITHM, false, ['sign']);
}
