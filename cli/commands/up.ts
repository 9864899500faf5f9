// `muster up`: starts and supervises everything on this machine.

import { Command } from 'commander';
import { EXIT } from '../../core/node/exit-code.ts';
import { findHome } from '../state/state-folder.ts';
import { agentInterval } from '../terminal/duration.ts';
import { listenOn } from '../up/listen-addresses.ts';
import { runUp } from '../up/run-up.ts';
import { DEFAULT_PORTS } from '../up/up-options.ts';
import { action, type CommandContext, wholeNumber } from './command-context.ts';

interface Options {
  home?: string;
  headless?: true;
  port: number;
  natsPort: number;
  natsMonitorPort: number;
  questdbHttpPort: number;
  questdbPgPort: number;
  webPort: number;
  interval: string;
  agent: boolean;
  listen: string[];
}

export function upCommand(context: CommandContext): Command {
  const port = wholeNumber(1, 65_535);
  return new Command('up')
    .description('Start nats-server, QuestDB, gateway, ETL, the consoles and the agent of this machine, and keep them running until Ctrl-C')
    .option('--home <dir>', 'state folder (default $MUSTER_HOME, else $XDG_STATE_HOME/muster)')
    .option('--headless', 'no window, even where there is a display')
    .option(
      '--listen <address>',
      'address of this machine, or a name that leads to it, at which the gateway takes other machines too (0.0.0.0: all of IPv4, :: all); may be repeated',
      collect,
      [],
    )
    .option('--port <port>', 'port of the gateway', port, portOf(context.env['MUSTER_GATEWAY_PORT']) ?? DEFAULT_PORTS.gateway)
    .option('--nats-port <port>', 'port of nats-server', port, DEFAULT_PORTS.nats)
    .option('--nats-monitor-port <port>', 'port of its monitoring page', port, DEFAULT_PORTS.natsMonitor)
    .option('--questdb-http-port <port>', 'HTTP port of QuestDB', port, DEFAULT_PORTS.questdbHttp)
    .option('--questdb-pg-port <port>', 'PostgreSQL port of QuestDB', port, DEFAULT_PORTS.questdbPg)
    .option('--web-port <port>', 'port of the web console', port, portOf(context.env['MUSTER_CONSOLE_WEB_PORT']) ?? DEFAULT_PORTS.web)
    .option('--interval <duration>', 'interval of the agent on this machine', agentInterval, '1s')
    .option('--no-agent', 'no agent on this machine')
    .addHelpText(
      'after',
      '\nExamples:\n  muster up\n  muster up --headless --home /var/lib/muster --port 8443\n  muster up --listen 10.0.0.5',
    )
    .action(
      action<Options>(context, async (options) => {
        const home = findHome(options.home, context.env);
        const listening = await listenOn(wantedAddresses(options.listen, context.env));
        const ports = {
          gateway: options.port,
          nats: options.natsPort,
          natsMonitor: options.natsMonitorPort,
          questdbHttp: options.questdbHttpPort,
          questdbPg: options.questdbPgPort,
          web: options.webPort,
        };
        await runUp(
          { home, headless: options.headless === true, ports, listening, agent: options.agent, interval: options.interval },
          context.output,
        );
        return EXIT.ok;
      }),
    );
}

function collect(address: string, before: string[]): string[] {
  return [...before, ...address.split(',').filter((each) => each !== '')];
}

/** The gateway's own setting means the same here: this machine's agent and consoles have to find it. */
function wantedAddresses(listen: readonly string[], env: CommandContext['env']): readonly string[] {
  return listen.length > 0 ? listen : collect(env['MUSTER_GATEWAY_HOST'] ?? '', []);
}

/** A part's own setting in the environment; undefined where it is none. */
function portOf(text: string | undefined): number | undefined {
  const port = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
