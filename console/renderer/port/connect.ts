// The one place that knows what carries this page: a window's bridge where there is one, else the socket of its server.
import type { HostPort } from '../../common/port-message.ts';
import { BRIDGE_NAME, type PreloadBridge } from '../../common/preload-bridge.ts';
import { BridgePort } from './bridge-port.ts';
import { SocketPort } from './socket-port.ts';

export function connectHost(): HostPort {
  const bridge = (window as unknown as Record<string, PreloadBridge | undefined>)[BRIDGE_NAME];
  return bridge === undefined ? new SocketPort(new URL('.', location.href)) : new BridgePort(bridge);
}
