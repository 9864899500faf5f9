// Names, images and states of containers from Docker's or Podman's socket, asked aside and within limits.
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import type { HostRoots } from '../host/host-file.ts';

const ANSWER_LIMIT_MS = 1000;
const ANSWER_LIMIT_BYTES = 4_194_304;
const SOCKETS = ['docker.sock', 'podman/podman.sock'];
/** Not for names, but a sign that containers may run here. */
const OTHER_SOCKETS = ['containerd/containerd.sock', 'crio/crio.sock'];

export interface ContainerInfo {
  id: string;
  name: string;
  image: string;
  /** created, running, paused, restarting, exited, dead … */
  state: string;
  /** Of its own health check; undefined without one. */
  healthy: boolean | undefined;
}

/** The answer to GET /containers/json (Docker Engine API, ContainerList). Throws `malformed`. */
export function parseContainerList(text: string): ContainerInfo[] {
  const list = parseJson(text);
  if (!Array.isArray(list)) throw new MusterError('malformed', 'what a container runtime answers is no list of containers');
  return list.flatMap((entry: { Id?: unknown; Names?: unknown; Image?: unknown; State?: unknown; Status?: unknown } | null) => {
    if (entry === null || typeof entry.Id !== 'string') return [];
    const names = Array.isArray(entry.Names) ? entry.Names : [];
    return {
      id: entry.Id,
      name: toContainerName(names.map(String)) || shortId(entry.Id),
      image: toImageName(String(entry.Image ?? '')),
      state: String(entry.State ?? ''),
      healthy: parseHealth(String(entry.Status ?? '')),
    };
  });
}

/** Beside its own name a container has one for each that links to it: /hydra/sab. */
function toContainerName(names: readonly string[]): string {
  const own = names.find((name) => /^\/?[^/]+$/.test(name)) ?? names[0] ?? '';
  return own.replace(/^\//, '');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As the command lines show it. */
export function shortId(id: string): string {
  return /^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id;
}

// An image without a tag is listed by its digest.
function toImageName(image: string): string {
  return /^sha256:[0-9a-f]{64}$/.test(image) ? image.slice(0, 19) : image;
}

function parseHealth(status: string): boolean | undefined {
  if (status.includes('(healthy)')) return true;
  return status.includes('(unhealthy)') ? false : undefined;
}

/** The first socket that may be asked; undefined without any. Throws `permission_denied` where there are only some for others. */
export function findContainerSocket(roots: Pick<HostRoots, 'run'>): string | undefined {
  let closed: MusterError | undefined;
  for (const socket of SOCKETS) {
    const path = join(roots.run ?? '/run', socket);
    try {
      accessSync(path, constants.R_OK | constants.W_OK);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EACCES') continue;
      const words = `${path} may not be read by this user: add it to the socket's group, mostly docker`;
      closed ??= new MusterError('permission_denied', words, error);
    }
  }
  if (closed !== undefined) throw closed;
  return undefined;
}

export function hasContainerRuntime({ run = '/run' }: Pick<HostRoots, 'run'>): boolean {
  return [...SOCKETS, ...OTHER_SOCKETS].some((socket) => existsSync(join(run, socket)));
}

/** Asks the runtime behind the socket for all its containers. */
export async function askContainers(socketPath: string): Promise<ContainerInfo[]> {
  const { get } = await import('node:http');
  const text = await new Promise<string>((resolve, reject) => {
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
    const options = { socketPath, path: '/containers/json?all=1', headers: { host: 'localhost' }, agent: false, signal };
    const request = get(options, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        chunks.push(chunk);
        if (length > ANSWER_LIMIT_BYTES) request.destroy(new Error(`more than ${ANSWER_LIMIT_BYTES} bytes`));
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new Error(`status ${response.statusCode}`));
      });
    });
    request.on('error', (error) => reject(signal.aborted ? new Error(`no answer within ${ANSWER_LIMIT_MS} ms`) : error));
  }).catch((error: Error) => {
    throw new MusterError('unavailable', `${socketPath} does not list its containers: ${error.message}`, error);
  });
  return parseContainerList(text);
}
