// What others may use of runtimes.mjs: the command line and the tests.

export type RuntimeName =
  | 'nats-server'
  | 'questdb'
  | 'java'
  | 'electron'
  | 'grpcurl'
  | 'chromium'
  | 'xvfb'
  | 'prometheus'
  | 'node-exporter';

export interface Resolved {
  /** The program; of questdb its jar, of electron its folder. */
  path: string;
  version: string;
  /** Where it came from, as one says it: "MUSTER_JAVA", "this machine", "the cache", "Maven". */
  from: string;
}

export interface RuntimeOptions {
  /** Told about every step that takes time; prints lines on stderr if left out. */
  onProgress?: (progress: { name: string; purpose: string; text: string }) => void;
  /** Default: process.env. */
  env?: NodeJS.ProcessEnv;
}

export const RUNTIME_NAMES: readonly RuntimeName[];

/**
 * The path of one runtime. Order: its variable, the machine's own, our cache, the official release, the package registries.
 * @throws an error with `code` invalid_config (a wrong variable) or missing_runtime (the sentence has the command that installs it)
 */
export function resolveRuntime(name: RuntimeName, options?: RuntimeOptions): Promise<string>;

/** The same for several, side by side. */
export function ensureRuntimes(names: readonly RuntimeName[], options?: RuntimeOptions): Promise<Record<RuntimeName, Resolved>>;

/** The variables that hand found runtimes to a program we start. */
export function settingsOf(found: Partial<Record<RuntimeName, Resolved>>): Record<string, string>;

/** Prints progress lines, each runtime at most one every few seconds. */
export function linePrinter(
  print?: (line: string) => void,
  now?: () => number,
): (progress: { name: string; purpose: string; text: string }) => void;
