// Tells health checks whether agents and operators can be served: not while NATS is away, as no sample can be acknowledged then.
import type { Component } from '../../core/node/lifecycle.ts';
import type { NatsLink } from '../nats-link.ts';

export interface HealthWatchOptions {
  link: Pick<NatsLink, 'connected' | 'onChange'>;
  setServing(serving: boolean): void;
}

export function createHealthWatch({ link, setServing }: HealthWatchOptions): Component {
  let unlisten = (): unknown => undefined;
  return {
    name: 'health',
    async start() {
      setServing(link.connected);
      unlisten = link.onChange(() => setServing(link.connected));
    },
    async stop() {
      unlisten();
    },
  };
}
