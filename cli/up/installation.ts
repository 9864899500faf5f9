// All parts of Muster on one machine: started in parallel where the order allows, ended in reverse.
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { fault } from '../../core/node/faults.ts';
import type { Part } from '../parts/part.ts';
import type { StateFolder } from '../state/state-folder.ts';
import { type UpRecord, writeUpRecord } from '../state/up-record.ts';
import type { Clock } from '../supervise/clock.ts';
import { rotateBeforeStart, rotateWhileOpen } from '../supervise/log-rotation.ts';
import { type PartSnapshot, SupervisedPart } from '../supervise/supervised-part.ts';
import type { UpPlan } from './up-plan.ts';

export interface InstallationOptions {
  state: StateFolder;
  plan: UpPlan;
  /** Port by part name, for the record. */
  ports: Readonly<Record<string, number>>;
  /** The desktop console, where there is one to start. */
  console?: Part;
  clock: Clock;
  /** Puts a join token where the agent looks for one, when the gateway serves. */
  prepareAgent: () => Promise<void>;
  /** Called after each change, the record being written already. */
  onChange: (record: UpRecord, part: PartSnapshot | undefined) => void;
}

/** How often logs are looked at. */
const HOUSEKEEPING_MS = 10_000;

export class Installation {
  readonly #options: InstallationOptions;
  readonly #parts: Record<'nats' | 'questdb' | 'etl' | 'gateway' | 'consoleWeb', SupervisedPart>;
  readonly #agent: SupervisedPart | undefined;
  readonly #console: SupervisedPart | undefined;
  readonly #startedMs: number;
  readonly #over = new AbortController();
  #readyAfterMs = 0;
  #serving = false;

  constructor(options: InstallationOptions) {
    this.#options = options;
    this.#startedMs = options.clock.wallMs();
    const { nats, questdb, etl, gateway, consoleWeb, agent } = options.plan;
    this.#parts = {
      nats: this.#supervise(nats),
      questdb: this.#supervise(questdb),
      etl: this.#supervise(etl),
      gateway: this.#supervise(gateway),
      consoleWeb: this.#supervise(consoleWeb),
    };
    this.#agent = agent && this.#supervise(agent);
    this.#console = options.console && this.#supervise(options.console);
  }

  /** Starts all; resolves when every part serves. When one does not, ends the others and rejects with its reason. */
  async start(): Promise<void> {
    const { nats, questdb, etl, gateway, consoleWeb } = this.#parts;
    const { clock, prepareAgent } = this.#options;
    const began = clock.nowMs();
    const queue = nats.start();
    const database = questdb.start();
    const door = queue.then(() => gateway.start());
    const store = Promise.all([queue, database]).then(() => etl.start());
    const page = door.then(() => consoleWeb.start());
    const own = this.#agent === undefined ? undefined : door.then(prepareAgent).then(() => this.#agent?.start());
    const all = [queue, database, door, store, page, own];
    try {
      await Promise.all(all);
      await this.#console?.start();
      // One that was ready first may have died since and be on its way back.
      while (!this.#allRun()) {
        await clock.sleep(50, this.#over.signal);
        if (this.#over.signal.aborted) throw new MusterError('cancelled', 'ended before every part served');
      }
    } catch (error) {
      // The first reason is the one to tell: what fails from here on fails because everything is ending.
      await this.stop();
      await Promise.allSettled(all);
      throw toMusterError(error);
    }
    this.#readyAfterMs = Math.round(clock.nowMs() - began);
    this.#serving = true;
    this.#changed(undefined);
    this.#keepHouse().catch(fault);
  }

  /** Ends all, each when the ones that need it are gone: consoles, agent, gateway, ETL, QuestDB, nats-server. */
  async stop(): Promise<void> {
    this.#over.abort();
    this.#serving = false;
    for (const part of this.#inOrder().reverse()) await part.stop();
  }

  get record(): UpRecord {
    const parts = this.#inOrder().map((part) => {
      const { name, state, pid, startMark, restarts, sinceMs, problem, readyLine } = part.snapshot;
      const port = typeof readyLine['port'] === 'number' ? readyLine['port'] : (this.#options.ports[name] ?? 0);
      return { name, state, pid, startMark, port, restarts, sinceMs, problem, logFile: this.#options.state.logFile(name) };
    });
    return {
      ready: this.#serving && this.#allRun(),
      pid: process.pid,
      startedMs: this.#startedMs,
      readyAfterMs: this.#readyAfterMs,
      parts,
      addresses: this.#options.plan.addresses,
    };
  }

  /** A console that was closed is not missed. */
  #allRun(): boolean {
    return this.#inOrder().every(
      (part) => part.snapshot.state === 'running' || (part === this.#console && part.snapshot.state === 'stopped'),
    );
  }

  #inOrder(): SupervisedPart[] {
    const { nats, questdb, etl, gateway, consoleWeb } = this.#parts;
    return [nats, questdb, etl, gateway, this.#agent, consoleWeb, this.#console].filter((part) => part !== undefined);
  }

  #supervise(part: Part): SupervisedPart {
    const logFile = this.#options.state.logFile(part.name);
    rotateBeforeStart(logFile);
    return new SupervisedPart(part, { logFile, clock: this.#options.clock, onChange: (snapshot) => this.#changed(snapshot) });
  }

  #changed(part: PartSnapshot | undefined): void {
    const { record } = this;
    this.#unlessStarting(() => writeUpRecord(this.#options.state.upFile, record));
    this.#options.onChange(record, part);
  }

  /** A file that cannot be written fails a start. Later, on a full disk, it must not end what runs: the next time writes it. */
  #unlessStarting(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!this.#serving && !this.#over.signal.aborted) throw error;
    }
  }

  async #keepHouse(): Promise<void> {
    while (!this.#over.signal.aborted) {
      await this.#options.clock.sleep(HOUSEKEEPING_MS, this.#over.signal);
      for (const part of this.#inOrder()) this.#unlessStarting(() => rotateWhileOpen(this.#options.state.logFile(part.name)));
    }
  }
}
