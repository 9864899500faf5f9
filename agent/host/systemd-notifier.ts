// Tells systemd that the agent runs (sd_notify(3)). Node has no datagram sockets of the unix kind, so that systemd's own small program is
// started for each word: once when ready, then twice in a watchdog period, which is every minute in the unit that `install` writes.
import { execFile } from 'node:child_process';
import type { Component } from '../../core/node/lifecycle.ts';

const PROGRAM = 'systemd-notify';
const LIMIT_MS = 10_000;
/** A watchdog period shorter than this would cost more than it is worth. */
const LEAST_EVERY_MS = 10_000;

export class SystemdNotifier implements Component {
  readonly name = 'systemd';
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #failed: (problem: string) => void;
  #timer: NodeJS.Timeout | undefined;

  /** Does nothing where `env` has no NOTIFY_SOCKET: the service is not systemd's then. */
  constructor(env: Readonly<Record<string, string | undefined>>, failed: (problem: string) => void) {
    this.#env = env;
    this.#failed = failed;
  }

  async start(): Promise<void> {
    if (this.#env['NOTIFY_SOCKET'] === undefined) return;
    this.#tell('READY=1', 'STATUS=collecting');
    const everyMs = Number(this.#env['WATCHDOG_USEC'] ?? 0) / 2000;
    if (everyMs >= LEAST_EVERY_MS) this.#timer ??= setInterval(() => this.#tell('WATCHDOG=1'), everyMs);
  }

  /**
   * A loop that hangs does not get here, and the watchdog bites. The child waits until systemd has taken the word: systemd asks which service a
   * sender belongs to, and of one that has ended it cannot know. On a busy machine the word was lost so, and the start of the service hung.
   */
  #tell(...words: string[]): void {
    const { NOTIFY_SOCKET, PATH } = this.#env;
    execFile(PROGRAM, words, { timeout: LIMIT_MS, env: { NOTIFY_SOCKET, PATH } }, (error) => {
      if (error !== null) this.#failed(error.message.trim());
    });
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
