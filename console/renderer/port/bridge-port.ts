// Carries the contract over the bridge that a desktop window's preload script offers.
import type { HostPort, HostPortListener, PageMessage } from '../../common/port-message.ts';
import type { PreloadBridge } from '../../common/preload-bridge.ts';

export class BridgePort implements HostPort {
  readonly #bridge: PreloadBridge;

  constructor(bridge: PreloadBridge) {
    this.#bridge = bridge;
  }

  listen(listener: HostPortListener): void {
    this.#bridge.listen((message) => listener.message(message));
  }

  send(message: PageMessage): void {
    this.#bridge.send(message);
  }
}
