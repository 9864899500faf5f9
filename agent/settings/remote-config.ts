// Puts configurations from afar in force: each is validated first, kept, and taken back when no gateway is reached after it.
import { MusterError, messageOf } from '../../core/common/muster-error.ts';
import { fault } from '../../core/node/faults.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { ConfigState, ConfigUpdate } from '../../proto/gen/messages.ts';
import type { AgentConfig } from '../config.ts';
import { loadRemoteState, NO_REMOTE_STATE, OWN_FILE, type RemoteState, type RemoteVersion, saveRemoteState } from './remote-state.ts';
import type { SettingsStore } from './settings-store.ts';

/** What happens to configurations, for the event log. */
export interface RemoteConfigReports {
  applied(version: number): void;
  refused(version: number, problem: string): void;
  rolledBack(version: number, problem: string): void;
  /** The agent's own file was read again. `waiting` are keys that need a restart. */
  fileApplied(waiting: readonly string[]): void;
  fileRefused(problem: string): void;
  /** It is in force, and lost with a restart. */
  notKept(problem: string): void;
}

export interface RemoteConfigOptions {
  settings: SettingsStore;
  /** The own file's settings with a document over them. Throws `invalid_config` with the words for the operator. */
  read(document: string): Promise<AgentConfig>;
  connected(): boolean;
  /** The state to report has changed. */
  onChange(): void;
  reports: RemoteConfigReports;
  /** What was in force when the agent stopped is not acceptable any more: why. */
  problemAtStart?: string | undefined;
}

const TRY_AGAIN_MS = 30_000;
/** A configuration after which the agent had to be started so often before it was confirmed is what ends it. */
const MAX_STARTS = 3;
/** How often in the probation it is looked whether there is a gateway. A machine that slept has lost one of these, not all its time. */
const LOOKS = 20;

export class RemoteConfig implements Component {
  readonly name = 'remote configuration';
  readonly #options: RemoteConfigOptions;
  readonly #stateDir: string;
  #state: RemoteState;
  /** One change at a time; of updates that wait only the newest counts. */
  #working: Promise<void> | undefined;
  #update: ConfigUpdate | undefined;
  #rereading = false;
  #rollBack = false;
  #probation: NodeJS.Timeout | undefined;
  #tryAgain: NodeJS.Timeout | undefined;
  #takeBackAgain: NodeJS.Timeout | undefined;
  #stopped = true;

  constructor(options: RemoteConfigOptions) {
    this.#options = options;
    this.#stateDir = options.settings.current.stateDir;
    this.#state = loadRemoteState(this.#stateDir);
  }

  report(): ConfigState {
    const { version, state, rejectedVersion, problem } = this.#state;
    return { version, state, rejectedVersion, problem };
  }

  async start(): Promise<void> {
    this.#stopped = false;
    const { version, confirmed, starts } = this.#state;
    const { problemAtStart } = this.#options;
    if (problemAtStart !== undefined) {
      this.#keep({ ...NO_REMOTE_STATE, state: 'refused', rejectedVersion: version, problem: problemAtStart });
      this.#options.reports.refused(version, problemAtStart);
    } else if (!confirmed) {
      this.#keep({ ...this.#state, starts: starts + 1 });
      if (starts + 1 > MAX_STARTS) this.#takeBack();
      else this.#watch();
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#probation);
    clearTimeout(this.#tryAgain);
    clearTimeout(this.#takeBackAgain);
    await this.#working;
  }

  offer(update: ConfigUpdate): void {
    this.#update = update;
    this.#work();
  }

  /** The agent's own file may have changed. */
  reread(): void {
    this.#rereading = true;
    this.#work();
  }

  #takeBack(): void {
    clearInterval(this.#probation);
    this.#rollBack = true;
    this.#work();
  }

  #work(): void {
    this.#working ??= this.#workOff()
      .catch(fault)
      .finally(() => {
        this.#working = undefined;
      });
  }

  async #workOff(): Promise<void> {
    while (!this.#stopped) {
      const update = this.#update;
      if (this.#rollBack) {
        this.#rollBack = false;
        await this.#restorePrevious();
      } else if (update !== undefined) {
        this.#update = undefined;
        await this.#apply(update);
      } else if (this.#rereading) {
        this.#rereading = false;
        await this.#applyFile();
      } else {
        return;
      }
    }
  }

  async #apply(update: ConfigUpdate): Promise<void> {
    const { version, document } = update;
    const { settings, reports, onChange } = this.#options;
    const state = this.#state;
    if (version === state.version || (version !== 0 && version === state.rejectedVersion)) {
      onChange();
      return;
    }
    let config: AgentConfig;
    try {
      config = await this.#options.read(document);
    } catch (error) {
      if (error instanceof MusterError) this.#refuse(state, version, error.message);
      else this.#retry(update);
      return;
    }
    const previous = state.confirmed ? { version: state.version, document: state.document } : state.previous;
    // Kept before it is applied: an agent that does not live through it must know at its next start.
    this.#keep({ ...NO_REMOTE_STATE, version, document, state: version === 0 ? 'none' : 'applied', confirmed: version === 0, previous });
    // What was to be taken back is not in force any more.
    clearTimeout(this.#takeBackAgain);
    const before = settings.current;
    try {
      settings.set(config);
    } catch (error) {
      settings.set(before);
      this.#refuse(state, version, messageOf(error));
      return;
    }
    this.#watch();
    reports.applied(version);
    onChange();
  }

  #refuse(before: RemoteState, version: number, problem: string): void {
    this.#keep({ ...before, state: 'refused', rejectedVersion: version, problem });
    this.#options.reports.refused(version, problem);
    this.#options.onChange();
  }

  /** The machine could not look at it (no memory, no process): that says nothing of the configuration. */
  #retry(update: ConfigUpdate): void {
    clearTimeout(this.#tryAgain);
    this.#tryAgain = setTimeout(() => this.offer(this.#update ?? update), TRY_AGAIN_MS);
  }

  async #applyFile(): Promise<void> {
    const { settings, reports } = this.#options;
    const before = settings.current;
    try {
      reports.fileApplied(settings.set(await this.#options.read(this.#state.document)));
    } catch (error) {
      settings.set(before);
      reports.fileRefused(messageOf(error));
    }
  }

  /** Looks at times whether there is a gateway, until it was there, or away, for the whole probation. */
  #watch(): void {
    clearInterval(this.#probation);
    if (this.#state.confirmed) return;
    const stepMs = Math.max(20, this.#options.settings.current.configProbation / LOOKS);
    let heard = 0;
    let lost = 0;
    this.#probation = setInterval(() => {
      if (this.#options.connected()) {
        heard++;
        lost = 0;
      } else {
        lost++;
      }
      if (heard >= LOOKS) {
        clearInterval(this.#probation);
        this.#keep({ ...this.#state, confirmed: true, starts: 0, previous: OWN_FILE });
      } else if (lost >= LOOKS) {
        this.#takeBack();
      }
    }, stepMs);
    this.#probation.unref();
  }

  async #restorePrevious(): Promise<void> {
    const { settings, reports, onChange } = this.#options;
    const { version: rejectedVersion, confirmed, starts } = this.#state;
    if (confirmed) return;
    const seconds = settings.current.configProbation / 1000;
    const problem =
      starts > MAX_STARTS
        ? `the agent had to be started ${starts} times after version ${rejectedVersion}: it was taken back`
        : `no gateway was reached for ${seconds} s after version ${rejectedVersion}: it was taken back`;
    const before = settings.current;
    const found = await this.#readPrevious();
    if (found === undefined) return;
    this.#keep({ ...NO_REMOTE_STATE, ...found.version, state: 'rolled_back', rejectedVersion, problem });
    try {
      settings.set(found.config);
    } catch (error) {
      settings.set(before);
      fault(error);
    }
    reports.rolledBack(rejectedVersion, problem);
    onChange();
  }

  /**
   * The last one that was good, or the own file alone where that one is not acceptable any more. Undefined where neither can be had now: the machine
   * cannot look, or somebody has spoiled the own file. What is in force stays then, and is taken back later.
   */
  async #readPrevious(): Promise<{ version: RemoteVersion; config: AgentConfig } | undefined> {
    for (const version of [this.#state.previous, OWN_FILE]) {
      try {
        return { version, config: await this.#options.read(version.document) };
      } catch (error) {
        if (error instanceof MusterError && version !== OWN_FILE) continue;
        if (error instanceof MusterError) this.#options.reports.fileRefused(error.message);
        clearTimeout(this.#takeBackAgain);
        this.#takeBackAgain = setTimeout(() => this.#takeBack(), TRY_AGAIN_MS);
        return undefined;
      }
    }
    return undefined;
  }

  #keep(state: RemoteState): void {
    this.#state = state;
    try {
      saveRemoteState(this.#stateDir, state);
    } catch (error) {
      this.#options.reports.notKept(messageOf(error));
    }
  }
}
