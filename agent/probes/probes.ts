// The agent's door to its probes. Everything behind it is loaded when the first probe is configured.
import type { FrameColumns } from '../../core/common/frame.ts';
import type { Peers, PeersWish } from '../../proto/gen/messages.ts';
import type { ProbeReports, ProbeRunner } from './probe-runner.ts';
import type { MeshSpec, ProbeSpec } from './probe-spec.ts';

/** The settings that concern probes. */
export interface ProbesConfig {
  readonly probes: readonly ProbeSpec[];
  readonly mesh?: MeshSpec | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

export class Probes {
  readonly #reports: ProbeReports;
  #config: ProbesConfig;
  #told: Peers | undefined;
  #runner: ProbeRunner | undefined;
  #started = false;
  /** One change after the other, as the first has to load. */
  #changes: Promise<void> = Promise.resolve();

  constructor(config: ProbesConfig, reports: ProbeReports) {
    this.#config = config;
    this.#reports = reports;
  }

  get peersWish(): PeersWish | undefined {
    const { probes, mesh } = this.#config;
    if (mesh !== undefined) return { label: mesh.label, limit: mesh.peers };
    return probes.length === 0 ? undefined : { label: '', limit: 0 };
  }

  start(): void {
    this.#started = true;
    this.#change();
  }

  /** True where the gateway is to be asked anew. */
  apply(config: ProbesConfig): boolean {
    const before = this.peersWish;
    this.#config = config;
    this.#change();
    return before?.label !== this.peersWish?.label || before?.limit !== this.peersWish?.limit;
  }

  setPeers(peers: Peers): void {
    this.#told = peers;
    this.#change();
  }

  /** The rows of the windows that ended since the last call. */
  take(): FrameColumns[] {
    const frame = this.#runner?.take();
    return frame === undefined ? [] : [frame];
  }

  /** Ends all probes; `take` gives the rows of the windows that were open. */
  async stop(): Promise<void> {
    this.#started = false;
    await this.#changes;
    this.#runner?.stop();
  }

  #change(): void {
    this.#changes = this.#changes.then(() => this.#run());
  }

  async #run(): Promise<void> {
    const { probes, mesh, labels } = this.#config;
    if (!this.#started || (this.#runner === undefined && probes.length === 0 && mesh === undefined)) return;
    const { toMeshProbes } = await import('./mesh-peers.ts');
    const { ProbeRunner } = await import('./probe-runner.ts');
    if (!this.#started) return;
    this.#runner ??= new ProbeRunner({ reports: this.#reports });
    const told = this.#told;
    const others = mesh === undefined || mesh.label !== told?.label ? [] : toMeshProbes(mesh, told.peers);
    // The gateway's word stands over our own: labels of the join token and of operators are known only there.
    const origin = { country: told?.country || (labels['country'] ?? ''), region: told?.region || (labels['region'] ?? '') };
    this.#runner.apply([...probes, ...others], origin);
  }
}
