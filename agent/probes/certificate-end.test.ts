import { expect, test } from 'vitest';
import { type ChainedCertificate, earliestEnd } from './certificate-end.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 0, 1);

/** Leaf first; the last one issued itself, as a root has. */
function chain(...days: number[]): ChainedCertificate {
  const certificates: ChainedCertificate[] = days.map((day) => ({ valid_to: new Date(NOW_MS + day * DAY_MS).toUTCString() }));
  certificates.forEach((certificate, at) => {
    certificate.issuerCertificate = certificates[at + 1] ?? certificate;
  });
  return certificates[0] as ChainedCertificate;
}

const daysLeft = (leaf: ChainedCertificate, isTrusted: boolean): number =>
  (earliestEnd(leaf, isTrusted ? NOW_MS : undefined) - NOW_MS) / DAY_MS;

test.each([
  ['the leaf', [90, 1000, 5000], true, 90],
  ['the intermediate', [90, 2, 5000], true, 2],
  ['the root', [90, 80, 3], true, 3],
  ['a leaf that has ended', [-2, 1000, 5000], false, -2],
  ['an intermediate that has ended', [90, -3, 5000], false, -3],
  ['an old cross-signed issuer that was not needed', [90, 1000, -400], true, 90],
  ['a certificate alone', [30], true, 30],
])('%s ends first: %j', (_, days, isTrusted, expected) => {
  expect(daysLeft(chain(...days), isTrusted)).toBe(expected);
});

test('a chain that is cut or goes round has an end; no certificate has none', () => {
  expect(daysLeft({ valid_to: new Date(NOW_MS + DAY_MS).toUTCString() }, true)).toBe(1);
  const round = chain(9, 8, 7);
  if (round.issuerCertificate?.issuerCertificate !== undefined) round.issuerCertificate.issuerCertificate.issuerCertificate = round;
  expect(daysLeft(round, true)).toBe(7);
  expect(earliestEnd({} as ChainedCertificate, undefined)).toBeNaN();
});
