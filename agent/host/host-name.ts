// The name under which this machine shows: as its settings say, else the host's own, which may change while the agent runs.
import { hostname } from 'node:os';
import type { Component } from '../../core/node/lifecycle.ts';
import { toDisplayName } from './inventory.ts';

const LOOK_MS = 60_000;

/** `configured` is empty where the host's name counts. */
export function displayName(configured: string, read: () => string = hostname): string {
  return toDisplayName(configured === '' ? read() : configured);
}

export interface HostNameOptions {
  /** What is shown now. */
  shown(): string;
  configured(): string;
  /** Called with a name that is not the one shown. */
  changed(name: string): void;
  read?: () => string;
}

/** Looks once a minute, as nothing tells a process that its host was renamed. */
export class HostNameWatch implements Component {
  readonly name = 'host name';
  readonly #options: HostNameOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HostNameOptions) {
    this.#options = options;
  }

  look(): void {
    const { shown, configured, changed, read } = this.#options;
    const name = displayName(configured(), read);
    if (name !== shown()) changed(name);
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
  }
}
