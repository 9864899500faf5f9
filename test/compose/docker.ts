// The docker commands of a deployment under a project name of its own: the one file that knows how docker is asked.
import { join } from 'node:path';
import { runProgram } from '../harness/program.ts';

const FILES = ['../../deploy/compose.yaml', 'dev-mode.yaml'].map((path) => join(import.meta.dirname, path));
const BUILD_WITHIN_MS = 600_000;

/** What a container says of itself: `docker inspect`, as far as it is looked at. */
export interface ContainerView {
  Name: string;
  Image: string;
  State: { Status: string; Health?: { Status: string } };
  Config: { User: string };
  HostConfig: { ReadonlyRootfs: boolean; CapDrop: string[] | null; CapAdd: string[] | null; SecurityOpt: string[] | null; Memory: number };
  NetworkSettings: { Networks: Record<string, unknown> };
}

/** Runs docker and gives what it prints. Rejects with its words. */
export async function docker(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { code, stdout, stderr } = await runProgram('docker', args, env, BUILD_WITHIN_MS);
  if (code !== 0) throw new Error(`docker ${args.join(' ')} ended with exit code ${code}: ${stderr.trim().slice(-2000)}`);
  return stdout;
}

export class Project {
  readonly name: string;
  readonly #env: Readonly<Record<string, string>>;

  constructor(name: string, env: Readonly<Record<string, string>>) {
    this.name = name;
    this.#env = env;
  }

  compose(...args: string[]): Promise<string> {
    return docker(['compose', ...FILES.flatMap((file) => ['-f', file]), '-p', this.name, ...args], this.#env);
  }

  /** The same containers under other settings. */
  with(env: Readonly<Record<string, string>>): Project {
    return new Project(this.name, { ...this.#env, ...env });
  }

  /** Ids of the service's containers, ended ones too. */
  async containers(service?: string): Promise<string[]> {
    return (await this.compose('ps', '-a', '-q', ...(service === undefined ? [] : [service]))).split('\n').filter((id) => id !== '');
  }

  async inspect(service?: string): Promise<ContainerView[]> {
    return JSON.parse(await docker(['inspect', ...(await this.containers(service))])) as ContainerView[];
  }

  /** What `docker ps`, `volume ls` and `network ls` still know of it. */
  async remains(): Promise<string[]> {
    const filter = ['-q', '--filter', `label=com.docker.compose.project=${this.name}`];
    const lists = await Promise.all([
      docker(['ps', '-a', ...filter]),
      docker(['volume', 'ls', ...filter]),
      docker(['network', 'ls', ...filter]),
    ]);
    return lists.flatMap((list) => list.split('\n')).filter((id) => id !== '');
  }
}
