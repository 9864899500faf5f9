// What the uplink needs of those who work over its stream. Each is made elsewhere and handed in.
import type { Command, CommandControl, ConfigState, ConfigUpdate, Peers, PeersWish } from '../../proto/gen/messages.ts';

/** What a stream tells whoever carries out commands. */
export interface CommandPort {
  command(command: Command): void;
  control(control: CommandControl): void;
  /** The stream takes more, after batches had their turn. */
  drained(): void;
  /** The stream ended: nobody reads any more. */
  ended(): void;
}

/** What a stream tells whoever takes configurations from afar. */
export interface ConfigPort {
  /** What the heartbeat says. */
  report(): ConfigState;
  /** A configuration of the gateway. */
  offer(update: ConfigUpdate): void;
}

/** What a stream tells whoever probes other nodes. */
export interface MeshPort {
  /** What the gateway is to be asked for; undefined where nothing is probed. */
  readonly peersWish: PeersWish | undefined;
  /** The gateway's answer. It is kept while no gateway is there. */
  setPeers(peers: Peers): void;
}
