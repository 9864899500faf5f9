// The program of a simulated fleet. `--report` prints what the spools in the state folder hold, without connecting.
import { counted } from '../../core/common/quantity.ts';
import { startAll, untilSignal } from '../../core/node/lifecycle.ts';
import { createLog } from '../../core/node/log.ts';
import { runProgram } from '../../core/node/program.ts';
import { lockStateFolder } from '../state/state-lock.ts';
import { SIMULATE_DECLARATION, type SimulateConfig } from './config.ts';
import { createSimulateEvents } from './events.ts';
import { createFleet, type NodeReport, readReports } from './fleet.ts';
import { createProbeFleet, type ProbeReport } from './probe-fleet.ts';

const REPORT_FLAG = '--report';
const argv = process.argv.slice(2);

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function say(words: string): void {
  process.stdout.write(`${words}\n`);
}

function endWords(nodes: readonly NodeReport[]): string {
  const sum = (of: (node: NodeReport) => number): number => nodes.reduce((total, node) => total + of(node), 0);
  const waiting = sum(({ nextSeq, oldestSeq }) => nextSeq - oldestSeq);
  const rest =
    waiting === 0 ? 'nothing waits in the spools' : `${counted(waiting, 'batch waits', 'batches wait')} in the spools for the next run`;
  return `ended: ${counted(nodes.length, 'node')}, ${counted(
    sum(({ rowsCommitted }) => rowsCommitted),
    'row',
  )} so far; ${rest}`;
}

/** True where `what` comes before the end. */
function before(ended: Promise<unknown>, what: Promise<unknown>): Promise<boolean> {
  return Promise.race([what.then(() => true), ended.then(() => false)]);
}

async function simulate(config: SimulateConfig): Promise<NodeReport[]> {
  const fleet = createFleet(config, createSimulateEvents(createLog('simulate', config.logLevel)));
  const ended = untilSignal();
  const stop = await startAll([fleet]);
  // A signal before that is no readiness.
  if (await before(ended, fleet.enrolled)) {
    if (config.words)
      say(`${counted(config.nodes, 'node')} stream to ${config.gateway}${config.durationSeconds > 0 ? '' : '; Ctrl-C ends them'}`);
    else print({ ready: true, part: 'simulate', nodes: config.nodes });
  }
  const time = config.durationSeconds > 0 ? new Promise((resolve) => setTimeout(resolve, config.durationSeconds * 1000)) : ended;
  await Promise.race([ended, time]);
  await stop();
  return fleet.report();
}

/** Prints the ids of the nodes when the sampling begins, and gives what was sampled at the end. */
async function probe(config: SimulateConfig): Promise<ProbeReport[]> {
  const fleet = createProbeFleet(config, createSimulateEvents(createLog('simulate', config.logLevel)));
  const ended = untilSignal();
  const stop = await startAll([fleet]);
  if (await before(ended, fleet.begun)) {
    print({ ready: true, part: 'simulate', nodeIds: fleet.report().map(({ nodeId }) => nodeId) });
  }
  await Promise.race([fleet.finished, ended]);
  await stop();
  return fleet.report();
}

async function run(config: SimulateConfig): Promise<undefined> {
  lockStateFolder(config.stateDir);
  if (config.scenario === 'probes') {
    print({ probes: await probe(config) });
    return;
  }
  const nodes = argv.includes(REPORT_FLAG) ? readReports(config.stateDir) : await simulate(config);
  if (config.words) say(endWords(nodes));
  else print({ nodes });
}

await runProgram({
  part: 'simulate',
  headline: 'muster simulate',
  declaration: SIMULATE_DECLARATION,
  argv: argv.filter((argument) => argument !== REPORT_FLAG),
  run,
});
