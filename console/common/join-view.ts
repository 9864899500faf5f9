// How another machine joins, as the console shows it. Times are Unix milliseconds.

export const JOIN_SYSTEMS = ['linux', 'container', 'macos', 'windows'] as const;
export type JoinSystem = (typeof JOIN_SYSTEMS)[number];

export interface JoinLineView {
  system: string;
  /** `TOKEN_HERE` stands where the secret belongs. */
  text: string;
  /** What the machine needs; empty where nothing special. */
  needs: string;
}

export interface JoinInfoView {
  /** host:port where other machines reach the gateway. */
  addresses: readonly string[];
  /** SHA-256 of the file of the CA, hex. */
  caSha256: string;
  lines: readonly JoinLineView[];
  /** Why no other machine can join now, and what to do; empty where it can. */
  problem: string;
}

export interface JoinTokenView {
  tokenId: string;
  /** Shown once. */
  secret: string;
  expiresMs: number;
  uses: number;
}
