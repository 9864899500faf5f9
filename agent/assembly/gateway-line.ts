// The way to the gateway for parts that are made before the uplink: silent until it is there.

/** What those parts need of the uplink. */
export interface Line {
  readonly connected: boolean;
  /** The spool has something new. */
  notify(): void;
  /** The spool's or the configuration's state changed in a way people should see soon. */
  heartbeat(): void;
  /** What the hello says has changed. */
  renew(): void;
  /** False where no stream is ready for it. */
  sendPassing(message: Buffer): boolean;
}

export class GatewayLine implements Line {
  #uplink: Line | undefined;

  /** From now on everything goes to this one. */
  join(uplink: Line): void {
    this.#uplink = uplink;
  }

  get connected(): boolean {
    return this.#uplink?.connected ?? false;
  }

  notify(): void {
    this.#uplink?.notify();
  }

  heartbeat(): void {
    this.#uplink?.heartbeat();
  }

  renew(): void {
    this.#uplink?.renew();
  }

  sendPassing(message: Buffer): boolean {
    return this.#uplink?.sendPassing(message) ?? false;
  }
}
