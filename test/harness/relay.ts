// A wire between two programs that a test can pull: bytes pass, nothing answers, or the line is dead without a word.
import { createServer, type Server, type Socket, connect as tcpConnect } from 'node:net';

export interface Relay {
  /** `127.0.0.1:port` */
  readonly address: string;
  /** Cuts what is open and refuses what comes, as a machine does whose program is gone. */
  away(): Promise<void>;
  /** From now on bytes of the open connections vanish, as where a firewall forgot them: no end is told. New ones find their way. */
  freeze(): void;
  /** Takes connections again. */
  back(): Promise<void>;
  /** Connections that were opened so far. */
  readonly connections: number;
  stop(): Promise<void>;
}

/** `target` is `host:port`. */
export async function startRelay(target: string): Promise<Relay> {
  const [host = '', targetPort = ''] = target.split(/:(?=\d+$)/);
  const sockets = new Set<Socket>();
  const lines = new Set<{ dead: boolean }>();
  let connections = 0;
  let port = 0;
  let server: Server | undefined;

  const join = (near: Socket): void => {
    connections++;
    const far = tcpConnect(Number(targetPort), host);
    const line = { dead: false };
    lines.add(line);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => {
        if (!line.dead) to.write(bytes);
      });
      from.on('error', () => from.destroy());
      from.on('close', () => {
        sockets.delete(from);
        lines.delete(line);
        if (!line.dead) to.destroy();
      });
    }
  };
  const listen = async (): Promise<void> => {
    const created = createServer(join);
    await new Promise<void>((resolve, reject) => {
      created.once('error', reject);
      created.listen(port, '127.0.0.1', resolve);
    });
    port = (created.address() as { port: number }).port;
    server = created;
  };
  const away = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    const closed = new Promise<void>((resolve) => (closing === undefined ? resolve() : closing.close(() => resolve())));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen();
  return {
    address: `127.0.0.1:${port}`,
    away,
    freeze: () => {
      for (const line of lines) line.dead = true;
    },
    back: async () => {
      if (server === undefined) await listen();
    },
    get connections() {
      return connections;
    },
    stop: away,
  };
}
