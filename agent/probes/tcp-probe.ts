// TCP connect: how long until the connection stands.
import type { Socket } from 'node:net';
import type { Begin } from './attempts.ts';
import { connectAny } from './connect-any.ts';
import { failedWith, toProbeError } from './probe-error.ts';

export interface TcpTarget {
  /** Of the target's name; the first that answers counts. */
  addresses: readonly string[];
  port: number;
  /** In place of an echo: the refusal of a port says that the machine is there. */
  refusalIsEcho: boolean;
}

export function beginTcp({ addresses, port, refusalIsEcho }: TcpTarget): Begin {
  return (finish) => {
    const startMs = performance.now();
    const echo = (): void => finish({ latencyMs: performance.now() - startMs, answered: true, up: true, error: '' });
    let connected: Socket | undefined;
    const isEcho = (error: unknown): boolean => refusalIsEcho && toProbeError(error) === 'refused';
    const giveUp = connectAny({
      addresses,
      port,
      isAnswer: isEcho,
      onConnect(socket) {
        connected = socket;
        echo();
      },
      onError: (error) => (isEcho(error) ? echo() : finish(failedWith(toProbeError(error)))),
    });
    return {
      close() {
        giveUp();
        connected?.destroy();
      },
    };
  };
}

/** `host:port`, `[v6]:port` → parts; undefined for anything else. */
export function parseHostPort(text: string): { host: string; port: number } | undefined {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s/@-][^:[\]\s/@]*)):(\d{1,5})$/.exec(text);
  const port = Number(found?.[3]);
  return found === null || port < 1 || port > 65_535 ? undefined : { host: (found[1] ?? found[2]) as string, port };
}
