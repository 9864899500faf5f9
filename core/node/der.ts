// Items of DER (X.690) by hand: an X.509 library costs megabytes and milliseconds for a few of them.

/** One item of less than 64 KiB; `parts` are its content. */
export function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length;
  const head = length < 128 ? [tag, length] : length < 256 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from(head), content]);
}

/** A BIT STRING of whole bytes: the leading zero says that no bit of the last one is unused. */
export function bitString(bytes: Uint8Array): Buffer {
  return der(0x03, Buffer.from([0]), bytes);
}

/** A PEM block: base64 in lines of 64, between its marks. */
export function toPem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) as string[];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** The AlgorithmIdentifier of ECDSA with SHA-256, 1.2.840.10045.4.3.2. */
export const ECDSA_WITH_SHA256 = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'));
