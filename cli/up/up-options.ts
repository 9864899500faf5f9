// What `muster up` can be told, with its ports checked before anything starts.
import { MusterError } from '../../core/common/muster-error.ts';
import { isPortFree } from '../process/port-free.ts';
import { type Listening, LOOPBACK } from './listen-addresses.ts';

export interface UpPorts {
  gateway: number;
  nats: number;
  natsMonitor: number;
  questdbHttp: number;
  questdbPg: number;
  web: number;
}

export interface UpOptions {
  home: string;
  /** No window, even where there is a display. */
  headless: boolean;
  ports: UpPorts;
  /** Where the gateway listens. */
  listening: Listening;
  /** Whether an agent watches this machine. */
  agent: boolean;
  /** Interval of that agent, as its own setting takes it: `1s`. */
  interval: string;
}

export const DEFAULT_PORTS: UpPorts = { gateway: 7443, nats: 7422, natsMonitor: 7423, questdbHttp: 7490, questdbPg: 7481, web: 7444 };

/** The option that changes a port. */
const PORT_OPTIONS: Record<keyof UpPorts, string> = {
  gateway: '--port',
  nats: '--nats-port',
  natsMonitor: '--nats-monitor-port',
  questdbHttp: '--questdb-http-port',
  questdbPg: '--questdb-pg-port',
  web: '--web-port',
};

/**
 * Throws `failed_precondition` that names the option to change, where two ports are the same or some are taken. The gateway's has to be free at
 * each of `hosts`, the others on loopback.
 */
export async function assertPortsFree(ports: UpPorts, hosts: readonly string[] = [LOOPBACK]): Promise<void> {
  const seen = new Map<number, string>();
  const taken: { port: number; option: string }[] = [];
  for (const [name, port] of Object.entries(ports)) {
    const option = PORT_OPTIONS[name as keyof UpPorts];
    const other = seen.get(port);
    if (other !== undefined)
      throw new MusterError('invalid_config', `${option} and ${other} are both ${port}: give one of them another port`);
    seen.set(port, option);
    const free = await Promise.all((name === 'gateway' ? hosts : [LOOPBACK]).map((host) => isPortFree(port, host)));
    if (free.includes(false)) taken.push({ port, option });
  }
  const [first] = taken;
  if (first === undefined) return;
  if (taken.length === 1)
    throw new MusterError('failed_precondition', `port ${first.port} is in use by another program: choose another with ${first.option}`);
  const others = taken.map(({ port, option }) => `${option} ${port < 55_000 ? port + 10_000 : port - 10_000}`).join(' ');
  throw new MusterError(
    'failed_precondition',
    `ports ${taken.map(({ port }) => port).join(', ')} are in use, perhaps by another muster up: end it, or choose others, such as ${others}`,
  );
}
