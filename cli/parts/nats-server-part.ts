// nats-server with JetStream: its configuration file, command and readiness.
import { join } from 'node:path';
import { fullDisk } from './disk-room.ts';
import { consumerRights, etlRights, gatewayRights, type Rights } from './nats-rights.ts';
import type { Login, Part } from './part.ts';

export interface NatsServerOptions {
  /** Path of the nats-server program. */
  program: string;
  /** Folder for its configuration and streams. */
  dir: string;
  port: number;
  /** Address to listen on; default loopback. */
  host?: string;
  /** HTTP monitoring (`/healthz`, `/jsz`), no login. */
  monitorPort: number;
  /** Each may do what nats-rights.ts names. */
  gateway: Login;
  etl: Login;
  /** What is no part of Muster and reads what was stored. */
  consumer: Login;
  /** May do everything: for an operator's repairs with the `nats` command, no part has it. */
  admin?: Login;
  /** Bytes all streams together may take on disk; default 16 GiB. */
  maxFileBytes?: number;
}

const DEFAULT_MAX_FILE_BYTES = 16 * 1024 ** 3;

/** The part. Acknowledged means on disk: `sync_interval: always`. */
export function natsServerPart(options: NatsServerOptions): Part {
  const configFile = join(options.dir, 'nats-server.conf');
  return {
    name: 'nats',
    command: options.program,
    args: ['--config', configFile],
    folders: [options.dir, join(options.dir, 'jetstream')],
    files: [{ path: configFile, text: natsServerConfig(options) }],
    readiness: { kind: 'ask', ask: () => askHealth(options.monitorPort) },
    // Its health names a stream that could not write once: it takes no message any more, also when there is room again (2.15.2).
    liveness: { ask: () => askHealth(options.monitorPort).then(() => true), waitsFor: () => fullDisk(options.dir) },
  };
}

/** The text of nats-server.conf. Strings are JSON strings, which its syntax takes as they are. */
export function natsServerConfig(options: NatsServerOptions): string {
  const text = JSON.stringify;
  const host = options.host ?? '127.0.0.1';
  const { gateway, etl, consumer, admin } = options;
  const users = [
    userBlock(gateway, gatewayRights(gateway.user)),
    userBlock(etl, etlRights(etl.user)),
    userBlock(consumer, consumerRights(consumer.user)),
  ];
  if (admin !== undefined) users.push(userBlock(admin, undefined));
  return `server_name: muster
listen: "${host}:${options.port}"
http: "${host}:${options.monitorPort}"
max_payload: 1048576
# A slow watcher must not make the server hold more than this for it.
max_pending: 67108864
jetstream {
  store_dir: ${text(join(options.dir, 'jetstream'))}
  # The default flushes every two minutes, and an acknowledged message is lost with the power.
  sync_interval: always
  max_memory_store: 268435456
  max_file_store: ${options.maxFileBytes ?? DEFAULT_MAX_FILE_BYTES}
}
authorization {
  users: [
${users.join('\n')}
  ]
}
`;
}

/** Without `rights` everything is allowed. */
function userBlock({ user, password }: Login, rights: Rights | undefined): string {
  const text = JSON.stringify;
  const list = (subjects: readonly string[]): string => subjects.map((subject) => `\n          ${text(subject)}`).join('');
  const permissions =
    rights === undefined
      ? ''
      : `
      permissions {
        publish {
          allow: [${list(rights.publish.allow)}
          ]
          deny: [${list(rights.publish.deny ?? [])}
          ]
        }
        subscribe: [${list(rights.subscribe)}
        ]
      }`;
  return `    {
      user: ${text(user)}, password: ${text(password)}${permissions}
    }`;
}

async function askHealth(monitorPort: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${monitorPort}/healthz`, { signal: AbortSignal.timeout(5000) });
  const body = await response.text();
  if (!response.ok) throw new Error(`nats-server answers ${response.status}: ${body}`);
}
