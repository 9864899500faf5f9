// The agent's door to its probes. Everything behind it is loaded when the first probe is configured.
import type { FrameColumns } from '../../core/common/frame.ts';
import type { Peer, Peers, PeersWish } from '../../proto/gen/messages.ts';
import type { ProbeReports, ProbeRunner } from './probe-runner.ts';
import type { MeshSpec, ProbeSpec } from './probe-spec.ts';

/** What the uplink needs of a mesh. */
export interface MeshPort {
  /** What the gateway is to be asked for; undefined where there is no mesh. */
  readonly peersWish: PeersWish | undefined;
  /** The gateway's answer. It is kept while no gateway is there. */
  setPeers(peers: Peers): void;
}

/** The settings that concern probes. */
export interface ProbesConfig {
  readonly probes: readonly ProbeSpec[];
  readonly mesh?: MeshSpec | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

export class Probes implements MeshPort {
  readonly #reports: ProbeReports;
  #config: ProbesConfig;
  #peers: readonly Peer[] = [];
  #peersLabel = '';
  #runner: ProbeRunner | undefined;
  #started = false;
  /** One change after the other, as the first has to load. */
  #changes: Promise<void> = Promise.resolve();

  constructor(config: ProbesConfig, reports: ProbeReports) {
    this.#config = config;
    this.#reports = reports;
  }

  get peersWish(): PeersWish | undefined {
    const { mesh } = this.#config;
    return mesh === undefined ? undefined : { label: mesh.label, limit: mesh.peers };
  }

  start(): void {
    this.#started = true;
    this.#change();
  }

  apply(config: ProbesConfig): void {
    this.#config = config;
    this.#change();
  }

  setPeers({ label, peers }: Peers): void {
    this.#peers = peers;
    this.#peersLabel = label;
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
    const others = mesh === undefined || mesh.label !== this.#peersLabel ? [] : toMeshProbes(mesh, this.#peers);
    this.#runner.apply([...probes, ...others], { country: labels['country'] ?? '', region: labels['region'] ?? '' });
  }
}
