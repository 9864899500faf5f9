// What `muster up` can be told, with its ports checked before anything starts.
import { MusterError } from '../../core/common/muster-error.ts';
import { isPortFree } from '../process/free-port.ts';

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

/** Throws `failed_precondition` that names the option to change, where two ports are the same or one is taken. */
export async function assertPortsFree(ports: UpPorts): Promise<void> {
  const seen = new Map<number, string>();
  for (const [name, port] of Object.entries(ports)) {
    const option = PORT_OPTIONS[name as keyof UpPorts];
    const other = seen.get(port);
    if (other !== undefined)
      throw new MusterError('invalid_config', `${option} and ${other} are both ${port}: give one of them another port`);
    seen.set(port, option);
    if (!(await isPortFree(port))) {
      throw new MusterError('failed_precondition', `port ${port} is in use by another program: choose another with ${option}`);
    }
  }
}
