// `muster up`: starts and supervises everything on this machine.
import { Command } from 'commander';
import { runUp } from '../up/run-up.ts';
import { findHome } from '../up/state-folder.ts';
import { DEFAULT_PORTS } from '../up/up-options.ts';
import { action, type CommandContext, EXIT, wholeNumber } from './command-context.ts';

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
}

export function upCommand(context: CommandContext): Command {
  const port = wholeNumber(1, 65_535);
  return new Command('up')
    .description('Start nats-server, QuestDB, gateway, ETL, the consoles and the agent of this machine, and keep them running until Ctrl-C')
    .option('--home <dir>', 'state folder (default $MUSTER_HOME, else $XDG_STATE_HOME/muster)')
    .option('--headless', 'no window, even where there is a display')
    .option('--port <port>', 'port of the gateway', port, DEFAULT_PORTS.gateway)
    .option('--nats-port <port>', 'port of nats-server', port, DEFAULT_PORTS.nats)
    .option('--nats-monitor-port <port>', 'port of its monitoring page', port, DEFAULT_PORTS.natsMonitor)
    .option('--questdb-http-port <port>', 'HTTP port of QuestDB', port, DEFAULT_PORTS.questdbHttp)
    .option('--questdb-pg-port <port>', 'PostgreSQL port of QuestDB', port, DEFAULT_PORTS.questdbPg)
    .option('--web-port <port>', 'port of the web console', port, DEFAULT_PORTS.web)
    .option('--interval <duration>', 'interval of the agent on this machine', '1s')
    .option('--no-agent', 'no agent on this machine')
    .addHelpText('after', '\nExamples:\n  muster up\n  muster up --headless --home /var/lib/muster --port 8443')
    .action(
      action<Options>(context, async (options) => {
        const home = findHome(options.home, context.env);
        const ports = {
          gateway: options.port,
          nats: options.natsPort,
          natsMonitor: options.natsMonitorPort,
          questdbHttp: options.questdbHttpPort,
          questdbPg: options.questdbPgPort,
          web: options.webPort,
        };
        await runUp({ home, headless: options.headless === true, ports, agent: options.agent, interval: options.interval }, context.output);
        return EXIT.ok;
      }),
    );
}
