// Whether a certificate signing request of a stranger may be signed.
import 'reflect-metadata';
import { createPublicKey, type KeyObject } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { MusterError } from '../../core/common/muster-error.ts';
import { isNodeId } from './node-id.ts';
import { hashOfKey } from './peer-identity.ts';

/** A request that was checked. */
export interface CertificateRequest {
  readonly pem: string;
  /** The node id that its subject claims, undefined where it claims none. */
  readonly claimedNodeId: string | undefined;
  /** SHA-256 of the public key, hex. */
  readonly keyHash: string;
}

const MAX_BYTES = 16 * 1024;
const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;
const CURVES: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384' };

/** Checks form, signature, key and extensions. Throws `invalid_argument` with what is wrong and what is wanted. */
export async function checkCertificateRequest(pem: string): Promise<CertificateRequest> {
  const size = Buffer.byteLength(pem);
  if (size > MAX_BYTES) throw refuse(`has ${size} bytes, at most ${MAX_BYTES} are taken`);
  const request = parse(pem);
  const key = keyOf(request);
  checkKey(key);
  checkExtensions(request);
  if (!(await verifies(request))) throw refuse('is not signed by the key in it: make it again');
  const name = request.subjectName.getField('CN')[0];
  return {
    pem,
    claimedNodeId: name !== undefined && isNodeId(name) ? name : undefined,
    keyHash: hashOfKey(key),
  };
}

function refuse(words: string, cause?: unknown): MusterError {
  return new MusterError('invalid_argument', `the certificate signing request ${words}`, cause);
}

function parse(pem: string): x509.Pkcs10CertificateRequest {
  const blocks = pem.match(/-----BEGIN [A-Z ]+-----/g) ?? [];
  if (blocks.length !== 1 || !/^-----BEGIN (NEW )?CERTIFICATE REQUEST-----$/.test(blocks[0] as string)) {
    throw refuse('is not one PEM block of the type CERTIFICATE REQUEST');
  }
  try {
    return new x509.Pkcs10CertificateRequest(pem);
  } catch (error) {
    throw refuse('cannot be read as PKCS #10', error);
  }
}

function keyOf(request: x509.Pkcs10CertificateRequest): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' });
  } catch (error) {
    throw refuse('has a key that cannot be read: use EC P-256', error);
  }
}

function checkKey(key: KeyObject): void {
  if (key.asymmetricKeyType === 'ed25519') return;
  if (key.asymmetricKeyType === 'ec') {
    const curve = key.asymmetricKeyDetails?.namedCurve ?? 'unknown';
    if (CURVES[curve] === undefined) throw refuse(`has a key on the curve ${curve}: use P-256 or P-384`);
    return;
  }
  if (key.asymmetricKeyType !== 'rsa') throw refuse(`has a key of the type ${key.asymmetricKeyType}: use EC P-256`);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
    throw refuse(`has an RSA key of ${bits} bits: use EC P-256, or RSA of ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits`);
  }
}

/** The certificate takes nothing from the request but its key; one that asks for more was made for something else, or by an attacker. */
function checkExtensions(request: x509.Pkcs10CertificateRequest): void {
  for (const extension of request.extensions) {
    if (extension instanceof x509.BasicConstraintsExtension && extension.ca) throw refuse('asks for CA:true: a node is no authority');
    if (extension instanceof x509.SubjectAlternativeNameExtension) {
      throw refuse('asks for other names (subjectAltName): the gateway chooses the name of a node');
    }
    if (extension instanceof x509.KeyUsagesExtension && (extension.usages & x509.KeyUsageFlags.keyCertSign) !== 0) {
      throw refuse('asks for the right to sign certificates: a node is no authority');
    }
  }
}

async function verifies(request: x509.Pkcs10CertificateRequest): Promise<boolean> {
  try {
    return await request.verify();
  } catch {
    // An algorithm that is not known cannot have been verified.
    return false;
  }
}
