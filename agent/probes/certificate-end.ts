// When a chain of certificates ends: with the first of them that does.

/** What a TLS socket tells of its peer, each with the one that issued it (tls, getPeerCertificate(true)). */
export interface ChainedCertificate {
  valid_to: string;
  issuerCertificate?: ChainedCertificate | undefined;
}

/** A chain that goes round, or on, is not followed for ever. */
const MAX_DEPTH = 16;

/**
 * Unix milliseconds; NaN without a certificate. Where the chain was found good at `trustedAtMs`, an issuer that had ended then is not part of the
 * way that was taken: servers go on sending old cross-signed ones.
 */
export function earliestEnd(leaf: ChainedCertificate, trustedAtMs: number | undefined): number {
  let earliest = Date.parse(leaf.valid_to);
  let certificate = leaf.issuerCertificate;
  const seen = new Set<ChainedCertificate>([leaf]);
  while (certificate !== undefined && !seen.has(certificate) && seen.size < MAX_DEPTH) {
    seen.add(certificate);
    const end = Date.parse(certificate.valid_to);
    const isUnused = trustedAtMs !== undefined && end < trustedAtMs;
    if (!Number.isNaN(end) && !isUnused && !(end >= earliest)) earliest = end;
    certificate = certificate.issuerCertificate;
  }
  return earliest;
}
