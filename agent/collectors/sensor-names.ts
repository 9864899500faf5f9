// Names of sensors that stay with their device: the kernel numbers chips anew at each start and whenever one leaves.

import type { HostRoots } from '../host/host-file.ts';

export interface NamedDevice {
  /** Chip and label, as people know it; several may share it. */
  name: string;
  /** Of the device and its channel, as long as it is there. */
  identity: string;
  /** What tells it from others of its name: a serial number, else an address; empty where nothing does. */
  device: string;
}

/** Names are remembered for so many: devices that come and go without end are forgotten. */
const MAX_KNOWN = 1024;

/** Gives one name to each identity, and no name to two of them. */
export class SensorNames {
  readonly #nameOf = new Map<string, string>();

  /**
   * Names in the order of `devices`. One that is alone with its name has it as it is; where several have it, each bears what tells it from the
   * others, and keeps that when the others leave.
   */
  assign(devices: readonly NamedDevice[]): string[] {
    if (this.#nameOf.size + devices.length > MAX_KNOWN) this.#forgetAllBut(devices);
    const count = new Map<string, number>();
    for (const { name } of devices) count.set(name, (count.get(name) ?? 0) + 1);
    const taken = new Set(this.#nameOf.values());
    const seen = new Map<string, number>();
    return devices.map(({ name, identity: place, device }) => {
      const times = (seen.get(place) ?? 0) + 1;
      seen.set(place, times);
      const identity = times === 1 ? place : `${place} ${times}`;
      const known = this.#nameOf.get(identity);
      if (known !== undefined) return known;
      const isAlone = count.get(name) === 1 && !taken.has(name);
      const given = freeName(isAlone || device === '' ? name : `${name} ${device}`, taken);
      taken.add(given);
      this.#nameOf.set(identity, given);
      return given;
    });
  }

  #forgetAllBut(devices: readonly NamedDevice[]): void {
    const present = new Set(devices.map(({ identity }) => identity));
    for (const identity of this.#nameOf.keys()) if (!present.has(identity)) this.#nameOf.delete(identity);
  }
}

function freeName(wish: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wish)) return wish;
  for (let number = 2; ; number++) if (!taken.has(`${wish} ${number}`)) return `${wish} ${number}`;
}

/** The names belong to the host: whoever samples it, a device has the same. */
const namesOfHosts = new WeakMap<HostRoots, Map<string, SensorNames>>();

export function namesOfHost(roots: HostRoots, measurement: string): SensorNames {
  const ofHost = namesOfHosts.get(roots) ?? new Map<string, SensorNames>();
  namesOfHosts.set(roots, ofHost);
  const names = ofHost.get(measurement) ?? new SensorNames();
  ofHost.set(measurement, names);
  return names;
}
