// A TCP connection to a name with several addresses: to the one that stands first (RFC 8305, Happy Eyeballs).
import { connect, isIPv6, type Socket } from 'node:net';

/** After so long without an answer the next address is tried as well; the one before goes on. */
const NEXT_AFTER_MS = 250;
/** More of a name's addresses are not tried in one sample. */
const MAX_ADDRESSES = 8;

export interface ConnectOptions {
  addresses: readonly string[];
  port: number;
  onConnect(socket: Socket): void;
  /** None stands: the error that tells most. */
  onError(error: unknown): void;
  /** True where this error is an answer already, and ends the attempt (default: none is). */
  isAnswer?(error: unknown): boolean;
}

/** The families take turns, beginning with that of the first. */
export function inTurns(addresses: readonly string[]): string[] {
  const first = isIPv6(addresses[0] ?? '');
  const own = addresses.filter((address) => isIPv6(address) === first);
  const other = addresses.filter((address) => isIPv6(address) !== first);
  return own
    .flatMap((address, at) => [address, ...other.slice(at, at + 1)])
    .concat(other.slice(own.length))
    .slice(0, MAX_ADDRESSES);
}

/** Returns what gives all up. */
export function connectAny({ addresses, port, onConnect, onError, isAnswer }: ConnectOptions): () => void {
  const waiting = inTurns(addresses);
  const open = new Set<Socket>();
  const errors: unknown[] = [];
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  const end = (): void => {
    ended = true;
    clearTimeout(timer);
    for (const socket of open) socket.destroy();
    open.clear();
  };

  const fail = (socket: Socket, error: unknown): void => {
    open.delete(socket);
    socket.destroy();
    if (ended) return;
    errors.push(error);
    const answers = isAnswer?.(error) === true;
    if (!answers && waiting.length > 0) next();
    else if (answers || open.size === 0) {
      end();
      onError(answers ? error : mostTelling(errors));
    }
  };

  const next = (): void => {
    clearTimeout(timer);
    const socket = connect({ host: waiting.shift() as string, port });
    open.add(socket);
    socket.on('error', (error) => fail(socket, error));
    socket.once('connect', () => {
      open.delete(socket);
      if (ended) return void socket.destroy();
      end();
      onConnect(socket);
    });
    if (waiting.length > 0) timer = setTimeout(next, NEXT_AFTER_MS);
  };

  next();
  return end;
}

/** A machine without IPv6 has no way to such an address: what the others said tells more. */
function mostTelling(errors: readonly unknown[]): unknown {
  const isNoWay = (error: unknown): boolean =>
    /^(?:ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|EAFNOSUPPORT)$/.test(String((error as { code?: unknown }).code));
  return errors.find((error) => !isNoWay(error)) ?? errors[0];
}
