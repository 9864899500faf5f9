// What happened to the agent that is still true or was last of its kind: kept beside the event log, for whoever asks how it stands.
import { messageOf } from '../core/common/muster-error.ts';
import type { AgentEvents } from './events.ts';
import type { ClockStep, Connection, Story, Unavailable } from './local/story.ts';

export class AgentStory implements Story {
  readonly #nowMs: () => number;
  readonly startedMs: number;
  readonly #unavailable = new Map<string, Unavailable>();
  #connection: Connection;
  #lastClockStep: ClockStep | undefined;
  #lastSleep: ClockStep | undefined;
  #lastNetworkChangeMs = 0;
  #skewMs: number | undefined;

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
    this.startedMs = nowMs();
    this.#connection = { state: 'connecting', sinceMs: this.startedMs, gateway: '', lastError: '', lastErrorMs: 0, retryMs: 0 };
  }

  get connection(): Connection {
    return this.#connection;
  }

  get unavailable(): Unavailable[] {
    return [...this.#unavailable.values()];
  }

  get skewMs(): number | undefined {
    return this.#skewMs;
  }

  get lastSleep(): ClockStep | undefined {
    return this.#lastSleep;
  }

  get lastNetworkChangeMs(): number {
    return this.#lastNetworkChangeMs;
  }

  get lastClockStep(): ClockStep | undefined {
    return this.#lastClockStep;
  }

  /** The same events, listened to on their way. */
  watch(events: AgentEvents): AgentEvents {
    const { uplink, collectors, network } = events;
    return {
      ...events,
      clockStepped: (stepMs) => {
        this.#lastClockStep = { atMs: this.#nowMs(), stepMs };
        events.clockStepped(stepMs);
      },
      collectors: {
        ...collectors,
        unavailable: (collector, reason) => {
          this.#unavailable.set(collector, { collector, reason, sinceMs: this.#nowMs(), absent: false });
          collectors.unavailable(collector, reason);
        },
        absent: (collector, reason) => {
          this.#unavailable.set(collector, { collector, reason, sinceMs: this.#nowMs(), absent: true });
          collectors.absent(collector, reason);
        },
        available: (collector) => {
          this.#unavailable.delete(collector);
          collectors.available(collector);
        },
      },
      network: {
        networkChanged: (lost) => {
          this.#lastNetworkChangeMs = this.#nowMs();
          network.networkChanged(lost);
        },
        slept: (ms) => {
          this.#lastSleep = { atMs: this.#nowMs(), stepMs: ms };
          network.slept(ms);
        },
      },
      uplink: {
        ...uplink,
        connected: (gateway, skewMs) => {
          this.#skewMs = skewMs;
          this.#connection = { ...this.#connection, state: 'connected', sinceMs: this.#nowMs(), gateway, retryMs: 0 };
          uplink.connected(gateway, skewMs);
        },
        disconnected: (end, retryInMs) => {
          this.#fail('disconnected', end.words, retryInMs);
          uplink.disconnected(end, retryInMs);
        },
        enrolmentFailed: (error, retryInMs) => {
          const { details } = error as { details?: string };
          this.#fail('not enrolled', details || messageOf(error), retryInMs);
          uplink.enrolmentFailed(error, retryInMs);
        },
      },
    };
  }

  #fail(state: Connection['state'], lastError: string, retryInMs: number): void {
    const nowMs = this.#nowMs();
    const before = this.#connection;
    const sinceMs = before.state === state ? before.sinceMs : nowMs;
    this.#connection = { ...before, state, sinceMs, lastError, lastErrorMs: nowMs, retryMs: nowMs + retryInMs };
  }
}
