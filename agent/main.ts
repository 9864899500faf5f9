// The agent's program: configuration, lock, agent, signal.
import { toMusterError } from '../core/common/muster-error.ts';
import { helpLines, loadConfig } from '../core/node/config.ts';
import { startAll, untilSignal } from '../core/node/lifecycle.ts';
import { createLog } from '../core/node/log.ts';
import { createAgent } from './agent.ts';
import { AGENT_DECLARATION, type AgentConfig } from './config.ts';
import { createEvents } from './events.ts';
import { INVENTORY_FLAG, takeInventory } from './inventory.ts';
import { lockStateFolder } from './state-lock.ts';

const argv = process.argv.slice(2);

function fail(error: unknown, exitCode: number): never {
  process.stderr.write(`${toMusterError(error).message}\n`);
  process.exit(exitCode);
}

function configure(): AgentConfig {
  try {
    const config = loadConfig('agent', AGENT_DECLARATION, { argv, env: process.env });
    lockStateFolder(config.stateDir);
    return config;
  } catch (error) {
    return fail(error, 2);
  }
}

async function run(): Promise<void> {
  const config = configure();
  const agent = createAgent(config, createEvents(createLog('agent', config.logLevel)));
  const stop = await startAll([agent]);
  process.stdout.write(`${JSON.stringify({ ready: true, part: 'agent', nodeId: agent.nodeId ?? null })}\n`);
  await untilSignal();
  await stop();
}

if (argv.includes('--help')) {
  process.stdout.write(`muster agent\n${helpLines('agent', AGENT_DECLARATION).join('\n')}\n`);
} else if (argv[0] === INVENTORY_FLAG) {
  process.stdout.write(JSON.stringify(await takeInventory()));
} else {
  await run().then(
    () => process.exit(0),
    (error: unknown) => fail(error, 1),
  );
}
