// TCP connect: how long until the connection stands.
import { connect } from 'node:net';
import type { Begin } from './attempts.ts';
import { failedWith, toProbeError } from './probe-error.ts';

export interface TcpTarget {
  address: string;
  port: number;
  /** In place of an echo: the refusal of a port says that the machine is there. */
  refusalIsEcho: boolean;
}

export function beginTcp({ address, port, refusalIsEcho }: TcpTarget): Begin {
  return (finish) => {
    const startMs = performance.now();
    const echo = (): void => finish({ latencyMs: performance.now() - startMs, answered: true, up: true, error: '' });
    const socket = connect({ host: address, port });
    socket.once('connect', echo);
    socket.on('error', (error) => {
      const word = toProbeError(error);
      if (word === 'refused' && refusalIsEcho) echo();
      else finish(failedWith(word));
    });
    return { close: () => socket.destroy() };
  };
}

/** `host:port`, `[v6]:port` → parts; undefined for anything else. */
export function parseHostPort(text: string): { host: string; port: number } | undefined {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s/@-][^:[\]\s/@]*)):(\d{1,5})$/.exec(text);
  const port = Number(found?.[3]);
  return found === null || port < 1 || port > 65_535 ? undefined : { host: (found[1] ?? found[2]) as string, port };
}
