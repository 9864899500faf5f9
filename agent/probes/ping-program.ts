// Echoes by the system's `ping`: Node has no ICMP. One long-lived child a target, which ends by itself after some minutes and is then
// started anew; it writes a line an echo, so an orphan would end at its next line.
import { type ChildProcess, spawn } from 'node:child_process';
import { isIPv6 } from 'node:net';
import { fault } from '../../core/node/faults.ts';
import { PingTracker, parsePingLine } from './ping-tracker.ts';
import { failedWith, toProbeError } from './probe-error.ts';
import type { ProbeError, ProbeOutcome } from './probe-spec.ts';

const RUN_MS = 600_000;
/** A program that failed is not started again sooner. */
const AGAIN_MS = 10_000;
const MAX_LINE = 1000;

export interface PingProgramOptions {
  host: string;
  intervalMs: number;
  timeoutMs: number;
  /** One address or all of them, the best first: where there is no way to one, the next is tried. */
  resolve(name: string): string | readonly string[] | Promise<string | readonly string[]>;
  onOutcome(outcome: ProbeOutcome): void;
  /** There is no program, or it may not send: nothing more will come. */
  onUnusable(reason: string): void;
  /** Default `ping`, from PATH. */
  command?: string;
}

export class PingProgram {
  readonly #options: PingProgramOptions;
  readonly #tracker: PingTracker;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #clock: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: PingProgramOptions) {
    this.#options = options;
    this.#tracker = new PingTracker({ ...options, onOutcome: (outcome) => this.#report(outcome) });
  }

  /** The first echo leaves after `delayMs`. */
  start(delayMs: number): void {
    this.#timer = setTimeout(() => this.#run().catch(fault), delayMs);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearInterval(this.#clock);
    this.#child?.kill('SIGKILL');
  }

  #report(outcome: ProbeOutcome): void {
    if (!this.#stopped) this.#options.onOutcome(outcome);
  }

  async #run(): Promise<void> {
    const { host, intervalMs } = this.#options;
    let found: string | readonly string[];
    try {
      found = await this.#options.resolve(host);
    } catch (error) {
      this.#report({ ...failedWith(toProbeError(error)), answered: false });
      if (!this.#stopped) this.start(intervalMs);
      return;
    }
    const [address = host, ...others] = typeof found === 'string' ? [found] : found;
    if (!this.#stopped) this.#spawn(address, others);
  }

  #spawn(address: string, others: readonly string[]): void {
    const { intervalMs, timeoutMs, command = 'ping' } = this.#options;
    const count = Math.max(1, Math.floor(RUN_MS / intervalMs));
    const limitS = Math.ceil((count * intervalMs + timeoutMs) / 1000) + 1;
    const settings = { '-i': intervalMs / 1000, '-c': count, '-W': Math.ceil(timeoutMs / 1000), '-w': limitS };
    const family = isIPv6(address) ? ['-6'] : [];
    const child = spawn(
      command,
      ['-n', ...family, ...Object.entries(settings).flatMap(([flag, value]) => [flag, String(value)]), address],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      },
    );
    this.#child = child;
    let complaint = '';
    const startedMs = performance.now();
    this.#tracker.started(startedMs);
    clearInterval(this.#clock);
    this.#clock = setInterval(() => this.#tracker.tick(performance.now()), intervalMs);
    eachLine(child, (line) => {
      const parsed = parsePingLine(line);
      if (parsed !== undefined) this.#tracker.line(parsed, performance.now());
    });
    child.stderr?.on('data', (part: Buffer) => {
      complaint = (complaint + part.toString()).slice(0, MAX_LINE);
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (this.#stopped) return;
      if (error.code === 'ENOENT' || error.code === 'EACCES') this.#giveUp(`${command} cannot be run (${error.code})`);
      else this.#again('failed', []);
    });
    child.once('close', (code) => {
      if (this.#stopped || child.pid === undefined) return;
      if (isForbidden(complaint)) this.#giveUp(`${command} may not send: ${complaint.trim()}`);
      else if (code === 0 || code === 1) this.#next(startedMs, count);
      else this.#again(/unreachable/i.test(complaint) ? 'unreachable' : 'failed', others);
    });
  }

  /** The run is over: the next echo leaves when it would have without the change of programs. */
  #next(startedMs: number, count: number): void {
    const now = performance.now();
    this.#tracker.tick(now);
    clearInterval(this.#clock);
    const delayMs = startedMs + count * this.#options.intervalMs - now;
    // One that ended long before its time has sent what nobody knows.
    this.start(delayMs > this.#options.intervalMs * 2 ? AGAIN_MS : Math.max(0, delayMs));
  }

  /** One lost sample stands for the pause. */
  #again(error: ProbeError, [next, ...others]: readonly string[]): void {
    clearInterval(this.#clock);
    if (next !== undefined) {
      this.#spawn(next, others);
      return;
    }
    this.#report(failedWith(error));
    this.start(Math.max(AGAIN_MS, this.#options.intervalMs));
  }

  #giveUp(reason: string): void {
    this.stop();
    this.#options.onUnusable(reason);
  }
}

function isForbidden(complaint: string): boolean {
  return /not permitted|permission denied|socket type/i.test(complaint) || /(unrecognized|invalid|unknown) option/i.test(complaint);
}

function eachLine(child: ChildProcess, visit: (line: string) => void): void {
  let rest = '';
  child.stdout?.on('data', (part: Buffer) => {
    const lines = (rest + part.toString()).split('\n');
    rest = (lines.pop() as string).slice(0, MAX_LINE);
    for (const line of lines) visit(line);
  });
}
