// What happened to the agent that is still true or was last of its kind, as the local doors tell it.

/** How the stream to the gateway stands. */
export interface Connection {
  state: 'connecting' | 'connected' | 'disconnected' | 'not enrolled';
  /** Since when, Unix milliseconds. */
  sinceMs: number;
  /** Name of the gateway we are, or were last, connected to. */
  gateway: string;
  /** Why the last stream ended, or enrolment failed; stays while connected, as the story of the last outage. */
  lastError: string;
  lastErrorMs: number;
  /** When the next attempt is due, Unix milliseconds; 0 while connected. */
  retryMs: number;
}

export interface Unavailable {
  collector: string;
  reason: string;
  sinceMs: number;
  /** This machine has no such thing, which is no fault. */
  absent: boolean;
}

export interface ClockStep {
  atMs: number;
  stepMs: number;
}

export interface Story {
  /** Unix milliseconds. */
  readonly startedMs: number;
  readonly connection: Connection;
  readonly unavailable: Unavailable[];
  /** Our clock less the gateway's at the last welcome; undefined before the first. */
  readonly skewMs: number | undefined;
  readonly lastClockStep: ClockStep | undefined;
  readonly lastSleep: ClockStep | undefined;
  /** Unix milliseconds; 0 where it did not change since the start. */
  readonly lastNetworkChangeMs: number;
}
