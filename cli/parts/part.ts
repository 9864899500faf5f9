// What it takes to run one part of Muster as a child process, as plain data: who starts it is somebody else's business.

/** A file that must stand before the part starts; written with mode 0600, since most hold a password. */
export interface PartFile {
  path: string;
  text: string;
}

/** How to tell that a part serves. */
export type Readiness =
  /** It prints one JSON line with `"ready":true` on stdout. */
  | { kind: 'line' }
  /** `ask` resolves when it answers, and throws while it does not. */
  | { kind: 'ask'; ask: () => Promise<void> }
  /** As soon as it is started. */
  | { kind: 'started' };

/** How to tell that a part that runs also works. */
export interface Liveness {
  /**
   * Has it do real work. Resolves with false where nothing can be told now, through no fault of the part; rejects with what does not work.
   */
  ask: () => Promise<boolean>;
  /** Why starting it again would not help now, such as a full disk; undefined where it may. */
  waitsFor?: () => string | undefined;
}

/** One part, ready to be started again and again with the same ports and folders. */
export interface Part {
  /** Its name in `muster status` and of its log file. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment of the launcher. */
  readonly env?: Readonly<Record<string, string>>;
  /** How far it gives way to the others when there is no CPU left, 1 to 19; not at all by default. */
  readonly nice?: number;
  /** Made before each start, mode 0700. */
  readonly folders: readonly string[];
  /** Written before each start. */
  readonly files: readonly PartFile[];
  readonly readiness: Readiness;
  /** Done before each start; gives a sentence for each thing that had to be mended. */
  readonly beforeStart?: () => string[];
  /** Done each time it serves, before anything that needs it is started. */
  readonly afterReady?: () => Promise<void>;
  /** Without it, a part that runs counts as one that works. */
  readonly liveness?: Liveness;
  /** True where exit code 0 means that a person closed it: it is not started again. */
  readonly mayEnd?: true;
}

/** A login of a server that a part talks to. */
export interface Login {
  user: string;
  password: string;
}
