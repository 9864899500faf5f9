// Carries the contract over the bridge that a desktop window's preload script offers.
import { decodeBinaryMessage } from '../../common/binary-message.ts';
import type { HostMessage, HostPort, HostPortListener, PageMessage } from '../../common/port-message.ts';
import type { PreloadBridge } from '../../common/preload-bridge.ts';

export class BridgePort implements HostPort {
  readonly #bridge: PreloadBridge;

  constructor(bridge: PreloadBridge) {
    this.#bridge = bridge;
  }

  listen(listener: HostPortListener): void {
    // Its own copy: the arrays in it need a buffer that begins with them.
    this.#bridge.listen(
      (bytes) => listener.message(decodeBinaryMessage(bytes.slice().buffer) as HostMessage),
      () => listener.opened(),
      (reason, nextTryMs) => listener.closed(reason, nextTryMs),
    );
  }

  send(message: PageMessage): void {
    this.#bridge.send(message);
  }
}
