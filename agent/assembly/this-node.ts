// What this machine says of itself in the hello: name, labels, boot and, once it is read, its inventory.
import { messageOf } from '../../core/common/muster-error.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { NodeInfo } from '../../proto/gen/messages.ts';
import { askInventory } from '../host/inventory.ts';

const INVENTORY_EVERY_MS = 3_600_000;
/** The first hello waits so long for the inventory. */
const INVENTORY_PATIENCE_MS = 4000;

export class ThisNode implements Component {
  readonly name = 'node';
  readonly #inventoryFailed: (reason: string) => void;
  #info: NodeInfo;
  #timer: NodeJS.Timeout | undefined;
  #inventory: Promise<void> = Promise.resolve();

  constructor(info: NodeInfo, inventoryFailed: (reason: string) => void) {
    this.#info = info;
    this.#inventoryFailed = inventoryFailed;
  }

  get info(): NodeInfo {
    return this.#info;
  }

  change(what: Partial<NodeInfo>): void {
    this.#info = { ...this.#info, ...what };
  }

  /** Does not wait for the inventory: `inventoried` does. */
  async start(): Promise<void> {
    this.#inventory = this.#takeInventory();
  }

  async #takeInventory(): Promise<void> {
    try {
      this.#timer = setTimeout(() => this.#takeInventory(), INVENTORY_EVERY_MS);
      this.change(await askInventory());
    } catch (error) {
      this.#inventoryFailed(messageOf(error));
    }
  }

  /** Resolves when the first inventory is read, and at the latest when the hello may wait no longer. */
  async inventoried(): Promise<void> {
    await Promise.race([this.#inventory, new Promise((resolve) => setTimeout(resolve, INVENTORY_PATIENCE_MS).unref())]);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
  }
}
