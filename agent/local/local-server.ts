// Opens and closes the HTTP servers of the two doors, with the same bounds.
import type { Server } from 'node:http';
import type { ListenOptions } from 'node:net';
import { serveTotally, type TotalHandlers } from '../../core/node/total-server.ts';

const MAX_CONNECTIONS = 32;

// An import would read every export of the module, its WebSocket among them, which brings in undici: 4 MB for nothing.
const { createServer } = process.getBuiltinModule('node:http');

/** Serves from then on. Rejects with what the system says: the address is in use, the folder cannot be written. */
export function openServer(handlers: TotalHandlers, where: ListenOptions): Promise<Server> {
  const server = createServer({ maxHeaderSize: 8192, headersTimeout: 5000, requestTimeout: 10_000, keepAliveTimeout: 5000 });
  serveTotally(server, handlers);
  server.maxConnections = MAX_CONNECTIONS;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      // A connection that cannot be accepted (no file descriptor is left) is that client's loss, not the agent's end.
      server.on('error', () => undefined);
      resolve(server);
    });
  });
}

export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
