// What the desktop program and the backend of a context say to each other. A page's own messages go past the program, over a port.
import type { ContextView } from '../../core/common/context-view.ts';
import type { GatewayAddress } from '../../proto/client/gateway-channel.ts';
import type { DeskState } from '../common/desk-api.ts';
import type { NodeStateName } from '../common/fleet-node.ts';

/** What the program says of itself on every desk. */
export type SurfaceState = Omit<DeskState, 'context' | 'fleet' | 'unlockedUntilMs'>;

/** What only the program can do for a page. */
export interface Favours {
  openContext: { argument: string; result: null };
  setNotifications: { argument: boolean; result: null };
  setZoom: { argument: number; result: null };
  /** Suggested name → the path that somebody chose; null where nobody did. */
  chooseFile: { argument: string; result: string | null };
}

export type FavourName = keyof Favours;

export type ToBackend =
  | { kind: 'begin'; context: ContextView; address: GatewayAddress; surface: SurfaceState }
  /** With it comes the port of a page. */
  | { kind: 'page' }
  | { kind: 'surface'; surface: SurfaceState }
  | { kind: 'done'; id: number; result: unknown }
  | { kind: 'failed'; id: number; error: { code: string; message: string } }
  /** Whether it is there; it answers `pong`. */
  | { kind: 'ping' }
  /** It ends what is under way, and then itself. */
  | { kind: 'end' };

/** A notification that is due. */
export interface ChangeNote {
  /** A note takes the place of the one before of the same kind. */
  kind: 'silent' | 'back' | 'flapping';
  title: string;
  body: string;
  /** Fragment of the page it opens. */
  fragment: string;
}

export type NodeCounts = Partial<Record<NodeStateName, number>>;

export type FromBackend =
  /** Null while nothing is known: a console that hears nothing counts nobody silent. */
  | { kind: 'counts'; counts: NodeCounts | null }
  | { kind: 'note'; note: ChangeNote }
  | { kind: 'pong' }
  /** How many are under way now. */
  | { kind: 'exports'; running: number }
  | { [K in FavourName]: { kind: 'ask'; id: number; name: K; argument: Favours[K]['argument'] } }[FavourName]
  | { kind: 'refused'; reason: string };
