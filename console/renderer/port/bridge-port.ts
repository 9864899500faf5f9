// Carries the contract over the bridge that a desktop window's preload script offers.
import { decodeBinaryMessage } from '../../common/binary-message.ts';
import type { HostMessage, HostPort, HostPortListener, PageMessage } from '../../common/port-message.ts';
import type { PreloadBridge } from '../../common/preload-bridge.ts';
import { refuseUnreachable } from './unreachable.ts';

export class BridgePort implements HostPort {
  readonly #bridge: PreloadBridge;
  #listener: HostPortListener | undefined;
  /** Why the backend cannot be reached; empty where it can, or is still starting. */
  #lost = '';

  constructor(bridge: PreloadBridge) {
    this.#bridge = bridge;
  }

  listen(listener: HostPortListener): void {
    this.#listener = listener;
    this.#bridge.listen(
      // Its own copy: the arrays in it need a buffer that begins with them.
      (bytes) => listener.message(decodeBinaryMessage(bytes.slice().buffer) as HostMessage),
      () => {
        this.#lost = '';
        listener.opened();
      },
      (reason, nextTryMs) => {
        this.#lost = reason;
        listener.closed(reason, nextTryMs);
      },
    );
  }

  /** There is one way to a backend: it answers again, or the program starts another. */
  renew(): void {}

  send(message: PageMessage): void {
    if (this.#lost === '') this.#bridge.send(message);
    else refuseUnreachable(this.#listener, message, this.#lost);
  }
}
