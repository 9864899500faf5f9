// What the preload script puts into the page's world: the least that carries the contract's messages.
import type { PageMessage } from './port-message.ts';

/** Name of the bridge on `window`. */
export const BRIDGE_NAME = 'musterHost';
/** Every channel of ours begins so; anything else is refused. */
export const CHANNEL_PREFIX = 'muster:';
/** Page → main: a port to its backend is wanted. */
export const PAGE_CHANNEL = `${CHANNEL_PREFIX}page`;
/** Main → page: the port, or a `HostLoss`. */
export const HOST_CHANNEL = `${CHANNEL_PREFIX}host`;

export interface PreloadBridge {
  send(message: PageMessage): void;
  /**
   * Listeners for the life of the page. A message comes as bytes (binary-message.ts): an object would be copied property by property into
   * the page's world, which for a thousand nodes takes longer than a frame. `opened` and `closed` as those of a `HostPortListener`.
   */
  listen(message: (bytes: Uint8Array) => void, opened: () => void, closed: (reason: string, nextTryMs: number) => void): void;
}

/** The backend ended, and is started again. */
export interface HostLoss {
  reason: string;
  nextTryMs: number;
}
