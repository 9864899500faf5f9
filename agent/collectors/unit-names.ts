// Which units come and go: their names never come again, and each would be a series of its own. The instances of a template are one row
// together; what has no name but a number is left out.

/** What systemd-run, Podman's health checks and desktops start: run-u42, run-p123-i456, a container's id, a UUID. */
const NAMED_BY_CHANCE =
  /^run-(?:u\d+|[rup]?[0-9a-f]{8,}|p\d+-i\d+)$|(?:^|[^0-9a-f])[0-9a-f]{32,}(?:[^0-9a-f]|$)|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const TEMPLATE = /^(.+)@(.*)$/s;
/**
 * Instances of a socket with Accept=yes (systemd.socket): number, own and the other's address for a connection over the network, number, process and
 * user for one of this machine; systemd-coredump@ and its like are among those.
 */
const OF_CONNECTION = /^\d+-\S*:\d+-\S*:\d+$|^\d+-\d+-\d+(?:[_-]\d+)*$/;
/** Services of desktops that D-Bus starts: dbus-:1.3-org.example.problems@0. */
const OF_BUS = /^dbus-:\d+\.\d+-(.+)@\d+$/;

export function isNamedByChance(unit: string): boolean {
  return NAMED_BY_CHANCE.test(unit);
}

/** `sshd@` for sshd@3-192.0.2.1:22-198.51.100.7:5061; undefined for a unit that is known by its own name. */
export function templateOf(unit: string): string | undefined {
  const ofBus = OF_BUS.exec(unit)?.[1];
  if (ofBus !== undefined) return `dbus-${ofBus}@`;
  const [, template, instance] = TEMPLATE.exec(unit) ?? [];
  return instance !== undefined && OF_CONNECTION.test(instance) ? `${template}@` : undefined;
}
