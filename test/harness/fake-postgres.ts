// A server that speaks as much of PostgreSQL's protocol as a query needs, and answers with whatever bytes a test wants.
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

export interface FakePostgres {
  port: number;
  /** Connections that are open and not for cancelling. */
  open(): number;
  /** The statements that came, and requests to cancel. */
  statements: string[];
  cancels: number;
  /** What clients asked for when they connected: `options=-c statement_timeout=1000`. */
  startups: string[];
  stop(): Promise<void>;
}

const STARTUP = 196_608;
const CANCEL = 80_877_102;

export function wireMessage(type: string, ...parts: (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

export function wireInt(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntBE(value, 0, bytes);
  return buffer;
}

/** RowDescription of text columns named `c0`, `c1`, … */
export function wireDescription(columns: number): Buffer {
  const fields = Array.from({ length: columns }, (_, i) => [`c${i}\0`, Buffer.alloc(6), wireInt(1043, 4), Buffer.alloc(8)]).flat();
  return wireMessage('T', wireInt(columns, 2), ...fields);
}

export function wireRow(...values: string[]): Buffer {
  return wireMessage('D', wireInt(values.length, 2), ...values.flatMap((value) => [wireInt(Buffer.byteLength(value), 4), value]));
}

/** What ends an answer in order. */
export const WIRE_END = Buffer.concat([wireMessage('C', 'SELECT 1\0'), wireMessage('Z', 'I')]);

export async function startFakePostgres(answer: (socket: Socket, sql: string) => void): Promise<FakePostgres> {
  const sockets = new Set<Socket>();
  const fake: Omit<FakePostgres, 'port' | 'stop'> = { open: () => sockets.size, statements: [], cancels: 0, startups: [] };
  const server = createServer((socket) => {
    let buffer = Buffer.alloc(0);
    let started = false;
    let sql = '';
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    const begin = (): void => {
      const code = buffer.readInt32BE(4);
      if (code === CANCEL) {
        fake.cancels++;
        socket.end();
        return;
      }
      if (code !== STARTUP) throw new Error(`start-up message with code ${code}`);
      started = true;
      sockets.add(socket);
      const words = buffer.toString('utf8', 8, buffer.readInt32BE(0)).split('\0');
      fake.startups.push(words.flatMap((word, i) => (i % 2 === 0 && word !== '' ? [`${word}=${words[i + 1]}`] : [])).join(' '));
      socket.write(Buffer.concat([wireMessage('R', wireInt(0, 4)), wireMessage('K', wireInt(7, 4), wireInt(9, 4)), wireMessage('Z', 'I')]));
    };
    socket.on('data', (chunk) => {
      buffer = Buffer.concat([buffer, chunk]);
      for (;;) {
        const head = started ? 1 : 0;
        if (buffer.length < head + 4) return;
        const length = buffer.readInt32BE(head) + head;
        if (buffer.length < length) return;
        if (!started) begin();
        else if (buffer[0] === 0x50) sql = buffer.toString('utf8', 6, buffer.indexOf(0, 6));
        else if (buffer[0] === 0x53) {
          fake.statements.push(sql);
          answer(socket, sql);
        }
        buffer = buffer.subarray(length);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return Object.assign(fake, {
    port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  });
}
