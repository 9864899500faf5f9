// What is done to a part of the deployment, and undone.
import { docker, type Project } from './docker.ts';

export const SERVICES = ['nats', 'questdb', 'gateway', 'etl'] as const;
export type Service = (typeof SERVICES)[number];

export interface Fault {
  readonly name: string;
  begin(project: Project, service: Service): Promise<void>;
  end(project: Project, service: Service): Promise<void>;
}

/** Each service's networks, by which it is cut off. */
const NETWORKS: Record<Service, readonly string[]> = {
  nats: ['store'],
  questdb: ['store'],
  gateway: ['store', 'edge'],
  etl: ['store'],
};

export const FAULTS: readonly Fault[] = [
  {
    name: 'stop and start',
    begin: async (project, service) => void (await project.compose('stop', service)),
    end: async (project, service) => void (await project.compose('start', service)),
  },
  {
    name: 'kill',
    begin: async (project, service) => void (await project.compose('kill', '-s', 'SIGKILL', service)),
    end: async (project, service) => void (await project.compose('start', service)),
  },
  {
    name: 'pause',
    begin: async (project, service) => void (await project.compose('pause', service)),
    end: async (project, service) => void (await project.compose('unpause', service)),
  },
  {
    name: 'cut from the network',
    begin: (project, service) => eachNetwork(project, service, (network, id) => ['disconnect', network, id]),
    // By hand a container comes back without the name that the others call it by.
    end: (project, service) => eachNetwork(project, service, (network, id) => ['connect', '--alias', service, network, id]),
  },
];

async function eachNetwork(project: Project, service: Service, command: (network: string, id: string) => string[]): Promise<void> {
  for (const id of await project.containers(service)) {
    for (const network of NETWORKS[service]) await docker(['network', ...command(`${project.name}_${network}`, id)]);
  }
}
