// Finds the control groups of containers, by the names the runtimes give them.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Kubernetes nests five deep, rootless Podman six. */
const MAX_DEPTH = 8;
const MAX_FOLDERS = 4000;

export interface ContainerGroup {
  /** 64 hexadecimal digits, or the name for LXC and machines. */
  id: string;
  runtime: string;
  /** Path of its control group. */
  folder: string;
}

const ID = '[0-9a-f]{64}';
const SCOPE = new RegExp(`^(docker|libpod|crio|cri-containerd|nerdctl|containerd)-(${ID})\\.scope$`);
const BARE = new RegExp(`^(libpod-)?(${ID})$`);
const LXC = /^lxc\.payload\.(.+)$/;
const MACHINE = /^(?:machine-(.+)\.scope|systemd-nspawn@(.+)\.service)$/;
const RUNTIMES: Readonly<Record<string, string>> = {
  libpod: 'podman',
  crio: 'cri-o',
  'cri-containerd': 'containerd',
  nerdctl: 'containerd',
};

/** What a control group's folder name says of a container; `parent` is the folder it is in. Undefined where it is none. */
export function parseGroupName(name: string, parent: string): Pick<ContainerGroup, 'id' | 'runtime'> | undefined {
  const scope = SCOPE.exec(name);
  if (scope !== null) return { id: scope[2]!, runtime: RUNTIMES[scope[1]!] ?? scope[1]! };
  const bare = BARE.exec(name);
  if (bare !== null) return { id: bare[2]!, runtime: bare[1] !== undefined ? 'podman' : runtimeOf(parent) };
  const lxc = LXC.exec(name);
  if (lxc !== null) return { id: lxc[1]!, runtime: 'lxc' };
  const machine = MACHINE.exec(name);
  if (machine !== null) return { id: (machine[1] ?? machine[2] ?? '').replaceAll('\\x2d', '-'), runtime: 'machine' };
  return undefined;
}

// With the cgroupfs driver only the folder above tells who made it.
function runtimeOf(parent: string): string {
  return parent === 'docker' ? 'docker' : 'container';
}

/** All containers below the root of cgroup v2; `onTooMany` where there was more than is looked through. Those within a container are its own affair. */
export function findContainerGroups(root: string, onTooMany: (limit: number) => void = () => undefined): ContainerGroup[] {
  const found: ContainerGroup[] = [];
  let folders = 0;
  const walk = (folder: string, name: string, depth: number): void => {
    if (depth > MAX_DEPTH) return;
    if (++folders > MAX_FOLDERS) return;
    for (const child of subfolders(folder)) {
      const group = parseGroupName(child, name);
      if (group !== undefined) found.push({ ...group, folder: join(folder, child) });
      else if (mayHoldContainers(child)) walk(join(folder, child), child, depth + 1);
    }
  };
  walk(root, '', 0);
  if (folders > MAX_FOLDERS) onTooMany(MAX_FOLDERS);
  return found;
}

// Services and scopes hold none but their own processes, save a user's manager with rootless containers below it, and those of Docker in Docker.
function mayHoldContainers(name: string): boolean {
  return (!name.endsWith('.service') && !name.endsWith('.scope') && !name.endsWith('.mount')) || name.startsWith('user@');
}

// Gone since its parent was listed, or not ours to see.
function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []));
  } catch {
    return [];
  }
}
