// What the preload script puts into the page's world: the least that carries the contract's messages.
import type { PageMessage } from './port-message.ts';

/** Name of the bridge on `window`. */
export const BRIDGE_NAME = 'musterHost';
/** Every channel of ours begins so; anything else is refused. */
export const CHANNEL_PREFIX = 'muster:';
/** Page → main. */
export const PAGE_CHANNEL = `${CHANNEL_PREFIX}page`;
/** Main → page. */
export const HOST_CHANNEL = `${CHANNEL_PREFIX}host`;

export interface PreloadBridge {
  send(message: PageMessage): void;
  /**
   * One listener for the life of the page. A message comes as bytes (binary-message.ts): an object would be copied property by property into
   * the page's world, which for a thousand nodes takes longer than a frame.
   */
  listen(listener: (message: Uint8Array) => void): void;
}
