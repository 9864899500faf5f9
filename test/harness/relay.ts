// A wire between two programs that a test can pull: bytes pass, nothing answers, or the line is dead without a word.
import { createServer, type Server, type Socket, connect as tcpConnect } from 'node:net';

export interface Relay {
  /** `127.0.0.1:port` */
  readonly address: string;
  /** Cuts what is open and refuses what comes, as a machine does whose program is gone. */
  away(): Promise<void>;
  /** From now on bytes of the open connections vanish, as where a firewall forgot them: no end is told. New ones find their way. */
  freeze(): void;
  /** From now on bytes take so long in each direction, in their order. */
  delay(ms: number): void;
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
  let delayMs = 0;

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
      /** What is on its way, in its order; one that is due waits for those before it. */
      const waiting: { bytes: Buffer; dueMs: number }[] = [];
      const pass = (): void => {
        while (waiting[0] !== undefined && waiting[0].dueMs <= performance.now()) {
          const { bytes } = waiting.shift() as { bytes: Buffer };
          if (!line.dead && !to.destroyed) to.write(bytes);
        }
        if (waiting[0] !== undefined) setTimeout(pass, Math.ceil(waiting[0].dueMs - performance.now()));
      };
      from.on('data', (bytes: Buffer) => {
        if (line.dead) return;
        if (delayMs === 0 && waiting.length === 0) to.write(bytes);
        else if (waiting.push({ bytes, dueMs: performance.now() + delayMs }) === 1) setTimeout(pass, delayMs);
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
    delay: (ms) => {
      delayMs = ms;
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
