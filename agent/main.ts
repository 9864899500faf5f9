// The agent's program: configuration, lock, agent, signal.
import { toMusterError } from '../core/common/muster-error.ts';
import { startAll, untilSignal } from '../core/node/lifecycle.ts';
import { createLog } from '../core/node/log.ts';
import { createAgent } from './agent.ts';
import type { AgentConfig } from './config.ts';
import { askConfig, CONFIG_FLAG, printConfig, printHelp } from './config-child.ts';
import { createEvents } from './events.ts';
import { INVENTORY_FLAG, printInventory } from './inventory.ts';
import { lockStateFolder } from './state-lock.ts';

const argv = process.argv.slice(2);

function fail(error: unknown, exitCode: number): never {
  process.stderr.write(`${toMusterError(error).message}\n`);
  process.exit(exitCode);
}

function configure(): AgentConfig {
  const config = askConfig(argv);
  if (typeof config === 'number') process.exit(config);
  try {
    lockStateFolder(config.stateDir);
  } catch (error) {
    fail(error, 2);
  }
  return config;
}

async function run(): Promise<void> {
  const config = configure();
  const log = createLog('agent', config.logLevel);
  const agent = createAgent(config, createEvents(log));
  agent.settings.onChange(({ logLevel }) => {
    log.level = logLevel;
  });
  const stop = await startAll([agent]);
  process.stdout.write(`${JSON.stringify({ ready: true, part: 'agent', nodeId: agent.nodeId ?? null })}\n`);
  await untilSignal();
  await stop();
  process.exit(0);
}

if (argv[0] === CONFIG_FLAG) await printConfig(argv.slice(1)).catch((error: unknown) => fail(error, 2));
else if (argv[0] === INVENTORY_FLAG) await printInventory();
else if (argv.includes('--help')) await printHelp();
else await run().catch((error: unknown) => fail(error, 1));
