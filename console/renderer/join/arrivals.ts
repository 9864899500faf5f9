// Which machines came by a join token, and how far each is. Pure.
import type { FleetNode } from '../../common/fleet-node.ts';
import type { JoinTokenView } from '../../common/join-view.ts';

export interface Arrival {
  node: FleetNode;
  /** Its first sample came. */
  arrived: boolean;
}

/** Newest first. */
export function arrivalsOf(nodes: Iterable<FleetNode>, tokenId: string): Arrival[] {
  const found: Arrival[] = [];
  for (const node of nodes) if (node.joinTokenId === tokenId && tokenId !== '') found.push({ node, arrived: node.values !== null });
  return found.sort((a, b) => (b.node.enrolledMs ?? 0) - (a.node.enrolledMs ?? 0));
}

export interface Awaited {
  arrived: number;
  /** Still to come: of a token that has expired, only those that have their certificate. */
  waiting: number;
  /** Uses that nobody can make any more. */
  expired: number;
}

/** A token without an end never expires. */
export function awaitedOf(all: readonly Arrival[], { uses, expiresMs }: Pick<JoinTokenView, 'uses' | 'expiresMs'>, nowMs: number): Awaited {
  const arrived = all.filter((each) => each.arrived).length;
  const over = expiresMs > 0 && expiresMs <= nowMs;
  return { arrived, waiting: Math.max(0, (over ? all.length : uses) - arrived), expired: over ? Math.max(0, uses - all.length) : 0 };
}

/** In groups of four, for an eye that compares. */
export function fingerprintLines(sha256: string): string[] {
  const groups = sha256.toUpperCase().match(/.{1,4}/g) ?? [];
  return [groups.slice(0, 8).join(' '), groups.slice(8).join(' ')];
}

/** The port that a firewall has to let through; empty where it is not known. */
export function portOf(address: string | undefined): string {
  return /:(\d+)$/.exec(address ?? '')?.[1] ?? '';
}
