// Which parts make an installation on one machine, and what each is told. Pure: options in, parts out.
import { isIP } from 'node:net';
import { diskRoom, streamBytesFor } from '../parts/disk-room.ts';
import { agentLiveness, consoleLiveness, etlLiveness, gatewayLiveness } from '../parts/muster-liveness.ts';
import { musterPart } from '../parts/muster-parts.ts';
import { natsServerPart } from '../parts/nats-server-part.ts';
import type { Part } from '../parts/part.ts';
import { agentFiles } from '../parts/programs.ts';
import { questdbPart } from '../parts/questdb-part.ts';
import type { StateFolder } from '../state/state-folder.ts';
import type { Addresses } from '../state/up-record.ts';
import { LOOPBACK } from './listen-addresses.ts';
import type { UpOptions } from './up-options.ts';

/** Paths of the programs that are not ours. */
export interface Runtimes {
  natsServer: string;
  java: string;
  questdb: string;
}

export interface UpPlan {
  nats: Part;
  questdb: Part;
  gateway: Part;
  etl: Part;
  /** Where this machine is watched. */
  agent?: Part;
  consoleWeb: Part;
  addresses: Addresses;
}

const USERS = {
  natsGateway: 'gateway',
  natsEtl: 'etl',
  natsConsumer: 'consumer',
  natsAdmin: 'admin',
  questdbAdmin: 'admin',
  questdbReader: 'reader',
} as const;
const SECRETS = {
  natsGateway: 'nats-gateway',
  natsEtl: 'nats-etl',
  natsConsumer: 'nats-consumer',
  natsAdmin: 'nats-admin',
  questdbAdmin: 'questdb-admin',
  questdbReader: 'questdb-reader',
} as const;

/** The parts for `options`. Secrets that are missing in the state folder are made. */
export function planUp(state: StateFolder, options: UpOptions, runtimes: Runtimes): UpPlan {
  const login = (of: keyof typeof USERS): { user: string; password: string } => ({ user: USERS[of], password: state.secret(SECRETS[of]) });
  const [admin, reader, natsGateway, natsEtl] = [login('questdbAdmin'), login('questdbReader'), login('natsGateway'), login('natsEtl')];
  state.secret('operator.token');
  const addresses = addressesOf(state, options);
  return {
    addresses,
    nats: natsServerPart({
      program: runtimes.natsServer,
      dir: state.partFolder('nats'),
      port: options.ports.nats,
      monitorPort: options.ports.natsMonitor,
      gateway: natsGateway,
      etl: natsEtl,
      consumer: login('natsConsumer'),
      admin: login('natsAdmin'),
    }),
    questdb: questdbPart({
      java: runtimes.java,
      jar: runtimes.questdb,
      dir: state.partFolder('questdb'),
      httpPort: options.ports.questdbHttp,
      pgPort: options.ports.questdbPg,
      admin,
      reader,
    }),
    ...musterParts(state, options, addresses),
  };
}

function musterParts(
  state: StateFolder,
  options: UpOptions,
  addresses: Addresses,
): Pick<UpPlan, 'gateway' | 'etl' | 'agent' | 'consoleWeb'> {
  const { ports, listening } = options;
  const gateway = {
    port: ports.gateway,
    host: listening.hosts.join(','),
    joinAddresses: addresses.reachable.join(','),
    ...agentFiles(),
    tlsCertificateFile: state.tlsCertificateFile,
    tlsKeyFile: state.tlsKeyFile,
    fleetCaFile: state.caFile,
    fleetCaKeyFile: state.caKeyFile,
    operatorTokenFile: state.operatorTokenFile,
    natsUrl: addresses.nats,
    natsUser: USERS.natsGateway,
    natsPasswordFile: state.secretFile(SECRETS.natsGateway),
    natsMonitorUrl: addresses.natsMonitor,
    questdbPgHost: '127.0.0.1',
    questdbPgPort: ports.questdbPg,
    questdbPgUser: USERS.questdbReader,
    questdbPgPasswordFile: state.secretFile(SECRETS.questdbReader),
    importFolder: state.partFolder('incoming'),
    streamMaxBytes: streamBytesFor(diskRoom(state.home)),
  };
  const etl = {
    natsUrl: addresses.nats,
    natsUser: USERS.natsEtl,
    natsPasswordFile: state.secretFile(SECRETS.natsEtl),
    questdbHttpUrl: addresses.questdbHttp,
    questdbHttpUser: USERS.questdbAdmin,
    questdbHttpPasswordFile: state.secretFile(SECRETS.questdbAdmin),
    storeDir: state.partFolder('questdb'),
  };
  const agent = {
    stateDir: state.partFolder('agent'),
    gateway: addresses.gateway,
    caFile: state.caFile,
    joinTokenFile: state.joinTokenFile,
    interval: options.interval,
  };
  const consoleWeb = {
    gateway: addresses.gateway,
    caFile: state.caFile,
    tokenFile: state.operatorTokenFile,
    port: ports.web,
    addressFile: state.consoleAddressFile,
  };
  return {
    gateway: {
      ...musterPart({ name: 'gateway', settings: gateway, configFile: state.configFile('gateway') }),
      // What is said here of both is what the other parts are told.
      env: { MUSTER_GATEWAY_HOST: gateway.host, MUSTER_GATEWAY_PORT: String(gateway.port) },
      liveness: gatewayLiveness(ports.gateway),
    },
    etl: {
      ...musterPart({ name: 'etl', settings: etl, configFile: state.configFile('etl') }),
      liveness: etlLiveness({
        url: addresses.nats,
        user: addresses.natsUser,
        passwordFile: addresses.natsPasswordFile,
        name: 'muster-up',
      }),
    },
    ...(options.agent
      ? {
          agent: {
            ...musterPart({
              name: 'agent',
              settings: agent,
              configFile: state.configFile('agent'),
              folders: [state.partFolder('agent')],
            }),
            liveness: agentLiveness(state.partFolder('agent')),
          },
        }
      : {}),
    consoleWeb: {
      ...musterPart({ name: 'console-web', settings: consoleWeb, configFile: state.configFile('console-web') }),
      env: { MUSTER_CONSOLE_WEB_PORT: String(consoleWeb.port) },
      liveness: consoleLiveness(ports.web),
    },
  };
}

function addressesOf(state: StateFolder, { ports, listening }: UpOptions): Addresses {
  return {
    gateway: `${LOOPBACK}:${ports.gateway}`,
    reachable: listening.names.map((name) => `${isIP(name) === 6 ? `[${name}]` : name}:${ports.gateway}`),
    caFile: state.caFile,
    tokenFile: state.operatorTokenFile,
    questdbHttp: `http://127.0.0.1:${ports.questdbHttp}`,
    questdbHttpUser: USERS.questdbAdmin,
    questdbHttpPasswordFile: state.secretFile(SECRETS.questdbAdmin),
    questdbPg: `127.0.0.1:${ports.questdbPg}`,
    questdbPgUser: USERS.questdbReader,
    questdbPgPasswordFile: state.secretFile(SECRETS.questdbReader),
    nats: `nats://127.0.0.1:${ports.nats}`,
    natsUser: USERS.natsGateway,
    natsPasswordFile: state.secretFile(SECRETS.natsGateway),
    natsConsumerUser: USERS.natsConsumer,
    natsConsumerPasswordFile: state.secretFile(SECRETS.natsConsumer),
    natsMonitor: `http://127.0.0.1:${ports.natsMonitor}`,
    webConsole: `http://127.0.0.1:${ports.web}/`,
  };
}

/** The port each part listens on, by its name. */
export function portsByPart({ ports }: UpOptions): Record<string, number> {
  return { nats: ports.nats, questdb: ports.questdbHttp, gateway: ports.gateway, 'console-web': ports.web };
}
