// A TCP proxy that can stop passing anything on, both ways, without closing anything: a pulled cable, a firewall that forgot the connection.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface BlackHole {
  port: number;
  /** Nothing goes through any more on the connections that are open; new ones are not answered. */
  swallow(): void;
  stop(): Promise<void>;
}

export async function startBlackHole(targetPort: number): Promise<BlackHole> {
  const sockets = new Set<Socket>();
  let swallowing = false;
  const server = createServer((down) => {
    sockets.add(down);
    down.on('error', () => down.destroy());
    if (swallowing) {
      down.resume();
      return;
    }
    const up = connect(targetPort, '127.0.0.1');
    sockets.add(up);
    up.on('error', () => up.destroy());
    const pass = (from: Socket, to: Socket): void => {
      from.on('data', (bytes) => {
        if (!swallowing) to.write(bytes);
      });
      from.on('close', () => {
        if (!swallowing) to.destroy();
      });
    };
    pass(down, up);
    pass(up, down);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    swallow: () => {
      swallowing = true;
    },
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
