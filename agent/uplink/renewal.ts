// Renews the node's certificate before it ends, over the connection that the old one still opens.
import { X509Certificate } from 'node:crypto';
import type { Component } from '../../core/node/lifecycle.ts';
import { endOf, type Identity } from './identity.ts';

const DAY_MS = 86_400_000;
const LOOK_EVERY_MS = 3_600_000;
/** Of its life: machines that enrolled together do not renew together. */
const SPREAD = 0.02;

/** Two thirds through its life, and not sooner than 30 days before it ends. Unix milliseconds. */
export function renewAtMs(certificate: Buffer): number {
  const { validFrom, validTo } = new X509Certificate(certificate);
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  return Math.max(from + ((to - from) * 2) / 3, to - 30 * DAY_MS);
}

/** How much later than that it may be asked for, ms. */
function spreadMs(certificate: Buffer): number {
  const { validFrom, validTo } = new X509Certificate(certificate);
  return Math.min(LOOK_EVERY_MS, SPREAD * (Date.parse(validTo) - Date.parse(validFrom)));
}

export interface RenewalOptions {
  /** Undefined while the node has none. */
  identity(): Identity | undefined;
  /** Asks for a new certificate and keeps it. */
  renew(identity: Identity): Promise<Identity>;
  renewed(identity: Identity): void;
  /** It is tried again in so many milliseconds. */
  failed(error: unknown, retryInMs: number): void;
  nowMs?: () => number;
  random?: () => number;
}

export class CertificateRenewal implements Component {
  readonly name = 'certificate renewal';
  readonly #options: RenewalOptions;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  readonly #place: number;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: RenewalOptions) {
    this.#options = options;
    this.#place = (options.random ?? Math.random)();
  }

  async start(): Promise<void> {
    this.#running = true;
    this.#schedule(1000);
  }

  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #schedule(delayMs: number): void {
    if (!this.#running) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look();
    }, delayMs);
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const { identity: own, renew, renewed, failed, nowMs = Date.now, random = Math.random } = this.#options;
    const identity = own();
    const leftMs =
      identity === undefined ? LOOK_EVERY_MS : renewAtMs(identity.certificate) + this.#place * spreadMs(identity.certificate) - nowMs();
    if (identity === undefined || leftMs > 0) {
      this.#schedule(Math.min(LOOK_EVERY_MS, leftMs + 100));
      return;
    }
    try {
      const next = await renew(identity);
      if (this.#running) renewed(next);
      this.#schedule(1000);
    } catch (error) {
      // A tenth of what is left of the old one, so that there are some attempts in a short life and few in a long one. One that ended renews
      // nothing any more, unless it is our clock that is wrong.
      const leftOfLifeMs = endOf(identity) - nowMs();
      const wantedMs = leftOfLifeMs > 0 ? Math.max(1000, leftOfLifeMs / 10) : LOOK_EVERY_MS;
      const delayMs = Math.round(Math.min(LOOK_EVERY_MS, wantedMs) * (0.5 + random() / 2));
      if (this.#running) failed(error, delayMs);
      this.#schedule(delayMs);
    }
  }
}
