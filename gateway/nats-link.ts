// The gateway's connection to NATS: whether it stands, and what is sent past the store.
import { type NatsConnection, Events as NatsEvents } from 'nats';
import { fault } from '../core/node/faults.ts';
import type { Component } from '../core/node/lifecycle.ts';

export interface NatsLinkEvents {
  natsChanged(what: { status: string }): void;
}

export class NatsLink implements Component {
  readonly name = 'nats';
  readonly connection: NatsConnection;
  readonly #events: NatsLinkEvents;
  readonly #listeners = new Set<() => void>();
  readonly #changeListeners = new Set<() => void>();
  #connected = true;

  constructor(connection: NatsConnection, events: NatsLinkEvents) {
    this.connection = connection;
    this.#events = events;
  }

  /** False while the server cannot be reached. What is published meanwhile would pile up in the client's buffer, without a bound. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Called after each reconnect; returns what ends it. */
  onReconnect(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Called whenever `connected` changes; returns what ends it. */
  onChange(listener: () => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  /** Bytes that a message may have now, its header included: the server tells it at each connect, and may have another limit then. */
  get maxPayload(): number {
    return this.connection.info?.max_payload ?? Number.POSITIVE_INFINITY;
  }

  /** Sends what is worth nothing later: dropped while there is no connection, and where the server takes no message of this size. Never throws. */
  sendEphemeral(subject: string, payload: Uint8Array): void {
    if (!this.#connected || this.connection.isClosed() || payload.length > this.maxPayload) return;
    this.connection.publish(subject, payload);
  }

  /** Gives the connection up for a new one: only at a connect does the server tell its limits. What has no answer yet is sent again. */
  async connectAnew(): Promise<void> {
    if (this.#connected && !this.connection.isClosed()) await this.connection.reconnect();
  }

  async start(): Promise<void> {
    this.#follow().catch(fault);
  }

  async stop(): Promise<void> {
    if (!this.connection.isClosed()) await this.connection.close();
  }

  async #follow(): Promise<void> {
    for await (const { type } of this.connection.status()) {
      if (type === NatsEvents.Disconnect) {
        this.#connected = false;
        this.#events.natsChanged({ status: 'disconnected' });
        for (const listener of this.#changeListeners) listener();
      } else if (type === NatsEvents.Reconnect) {
        this.#connected = true;
        this.#events.natsChanged({ status: 'connected' });
        for (const listener of [...this.#changeListeners, ...this.#listeners]) listener();
      }
    }
  }
}
