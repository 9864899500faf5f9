// Which disks and interfaces carry the machine's own traffic: what lies on others, or leads into containers and guests, would count it twice.
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { HostRoots } from './host-file.ts';

/** Made of other disks, or of memory: the kernel's own names (Documentation/admin-guide/devices.rst). */
const VIRTUAL_DISK = /^(dm-|md_?d?\d|loop|ram|zram|zd\d|bcache|drbd|emcpower|VxDMP|VxVM|cas\d|flashcache|dmraid|nvme\d+c\d+n)/;
/** Made of other interfaces, or leading to nowhere else than this machine. */
const VIRTUAL_INTERFACE =
  /^(lo\d*$|bond|team|br\d|br-|bridge|docker|podman|lxcbr|lxdbr|incusbr|virbr|vmbr|fw(br|ln|pr)|veth|vlan|vnet|vif\d|tap|tun|wg|cali|cilium|lxc|flannel|cni|kube|nodelocaldns|weave|ovs|vxlan|geneve|gre|erspan|sit\d|ip6|ip_vti|vti|tunl|ipvlan|macvlan|macvtap|dummy|ifb|nlmon|tailscale|zt|utun|ipsec|xfrm|vEthernet|v[be]-|eni[0-9a-f]{11}$|awdl|llw|anpi|gif|stf|feth|vmenet|vmnet|qbr|qv[bo]|azv|gke)|[.@]\d|@|:/;
/** Made for one container or guest, and gone with it: their names are hashes and numbers that never come again. */
const TRANSIENT_INTERFACE =
  /^(veth|vethwl|cali[0-9a-f]{11}$|lxc[0-9a-f]{12,13}$|lxc_health$|eni[0-9a-f]{11}$|azv[0-9a-f]{11}$|gke[0-9a-f]{11}$|tap[0-9a-f]{8}-[0-9a-f]{2}$|q(br|vb|vo)[0-9a-f]{8}-[0-9a-f]{2}$|br-[0-9a-f]{12}$|vnet\d+$|vif\d+\.\d+$|vb-|ve-)/;

/** Of pairs whose other end may be outside. */
const LEAF_INTERFACE = /^(veth|ve-|vb-|tap|vnet|vif|macvlan|ipvlan)/;

/** By its name alone, for those who have nothing else. */
export function isPhysicalDiskName(name: string): boolean {
  return !VIRTUAL_DISK.test(name);
}

/** By its name alone, for those who have nothing else. */
export function isPhysicalInterfaceName(name: string): boolean {
  return !VIRTUAL_INTERFACE.test(name);
}

export function isTransientInterface(name: string): boolean {
  return TRANSIENT_INTERFACE.test(name);
}

/** Of a whole disk. A slash in its name stands as an exclamation mark in /sys. */
export function isPhysicalDisk(roots: HostRoots, name: string): boolean {
  return isPhysicalDiskName(name) && listOf(join(roots.sys, 'block', name.replaceAll('/', '!'), 'slaves')).length === 0;
}

/** Those of the names that are physical. In a container, whose interfaces all lead out of it, those that lie on no other. */
export function physicalInterfaces(roots: HostRoots, names: readonly string[]): Set<string> {
  const folder = (name: string): string => join(roots.sys, 'class/net', name);
  const hasDevice = (name: string): boolean => existsSync(join(folder(name), 'device'));
  const devices = names.filter((name) => name !== 'lo' && hasDevice(name));
  if (devices.length === 0) {
    const single = names.filter((name) => !listOf(folder(name)).some((file) => file.startsWith('lower_')));
    const own = single.filter(isPhysicalInterfaceName);
    // Where there is nothing else, that is the way out.
    return new Set(own.length > 0 ? own : single.filter((name) => LEAF_INTERFACE.test(name)));
  }
  return new Set(
    devices.filter((name) => {
      // The fast path of a virtual interface counts there too, and so do the ports of a switch at the interface that leads to it.
      const master = masterOf(folder(name));
      const isFastPath = master !== undefined && devices.includes(master);
      return !isFastPath && !isOnAnother(folder(name));
    }),
  );
}

function masterOf(folder: string): string | undefined {
  try {
    return basename(readlinkSync(join(folder, 'master')));
  } catch {
    return undefined;
  }
}

function isOnAnother(folder: string): boolean {
  try {
    return readFileSync(join(folder, 'iflink'), 'utf8') !== readFileSync(join(folder, 'ifindex'), 'utf8');
  } catch {
    return false;
  }
}

function listOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
