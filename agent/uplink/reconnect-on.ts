// What the uplink does when the network or the machine's sleep says that its connection may be dead.
import type { NetworkWatchOptions } from './network-watch.ts';
import type { Uplink } from './uplink.ts';

export interface NetworkReports {
  networkChanged(lost: readonly string[]): void;
  slept(ms: number): void;
}

type Reactions = Pick<NetworkWatchOptions, 'addressesLost' | 'addressesAdded' | 'slept'>;

/** A stream that may be alive is ended in order: where it is dead, that costs three seconds. */
export function reconnectOn(uplink: Pick<Uplink, 'connected' | 'reconnect'>, reports: NetworkReports): Reactions {
  return {
    addressesLost(lost) {
      reports.networkChanged(lost);
      uplink.reconnect('the addresses of this machine changed', false);
    },
    addressesAdded() {
      if (!uplink.connected) uplink.reconnect('this machine has a new address', false);
    },
    slept(ms) {
      reports.slept(ms);
      uplink.reconnect(`the machine slept, or its clock was set, by ${Math.round(ms / 1000)} s`, false);
    },
  };
}
