// Which drives of /sys/block may have SMART or NVMe health data.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Paths for smartctl, NVMe by its controller. Without partitions, virtual disks and what is put together from others. */
export function findDrives(sys: string): string[] {
  const block = join(sys, 'block');
  const drives = listFolder(block).flatMap((name) => {
    const nvme = /^(nvme\d+)(c\d+)?n\d+$/.exec(name);
    if (nvme !== null) return `/dev/${nvme[1]}`;
    // A virtual disk of a hypervisor is vd or xvd; an sd without a device is none.
    return /^sd[a-z]+$/.test(name) && existsSync(join(block, name, 'device')) ? `/dev/${name}` : [];
  });
  return [...new Set(drives)].sort();
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
