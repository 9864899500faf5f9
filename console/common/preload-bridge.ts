// What the preload script puts into the page's world: the least that carries the contract's messages.
import type { HostMessage, PageMessage } from './port-message.ts';

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
  /** One listener for the life of the page. */
  listen(listener: (message: HostMessage) => void): void;
}
