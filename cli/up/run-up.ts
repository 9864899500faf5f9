// `muster up` from the first check to the last part ended.
import { readFileSync } from 'node:fs';
import { toMusterError } from '../../core/common/muster-error.ts';
import { tellFaults } from '../../core/node/faults.ts';
import { untilSignal } from '../../core/node/lifecycle.ts';
import { openInBrowser } from '../../core/node/open-browser.ts';
import { resolveRuntime } from '../../deploy/setup/runtimes.mjs';
import { electronPart, hasDisplay } from '../parts/electron-part.ts';
import type { Part } from '../parts/part.ts';
import { electronMainPath } from '../parts/programs.ts';
import { StateFolder } from '../state/state-folder.ts';
import type { Addresses, UpRecord } from '../state/up-record.ts';
import { systemClock } from '../supervise/clock.ts';
import type { Output } from '../terminal/output.ts';
import { prepareAgent } from './agent-token.ts';
import { ensureCertificates, localNames } from './certificates.ts';
import { Installation } from './installation.ts';
import { endLeftovers } from './leftovers.ts';
import { takeLock } from './up-lock.ts';
import { assertPortsFree, type UpOptions } from './up-options.ts';
import { planUp, portsByPart } from './up-plan.ts';
import { createUpView } from './up-view.ts';

/** Runs until SIGINT or SIGTERM; resolves when everything is ended. Rejects with one sentence where it cannot start. */
export async function runUp(options: UpOptions, output: Output): Promise<void> {
  output.outliveReader();
  // The parts go on whatever happens to the one that watches them.
  tellFaults((error) => output.note(`a fault of muster up: ${toMusterError(error).message}`));
  const state = new StateFolder(options.home, (sentence) => output.note(sentence));
  state.create();
  const releaseLock = takeLock(state.lockFile, state.home);
  try {
    const ended = await endLeftovers(state.upFile);
    if (ended.length > 0) output.note(`ended what an earlier run had left: ${ended.join(', ')}`);
    await assertPortsFree(options.ports, options.listening.hosts);
    await supervise(state, options, output);
  } finally {
    releaseLock();
  }
}

async function supervise(state: StateFolder, options: UpOptions, output: Output): Promise<void> {
  const [natsServer, java, questdb] = await Promise.all([
    resolveRuntime('nats-server'),
    resolveRuntime('java'),
    resolveRuntime('questdb'),
    ensureCertificates(state, [...localNames(), ...options.listening.names]),
  ]);
  const plan = planUp(state, options, { natsServer, java, questdb });
  const view = createUpView(output);
  const { window, inBrowser } = await desktopConsole(options, plan.addresses, output);
  const installation = new Installation({
    state,
    plan,
    ports: portsByPart(options),
    ...(window === undefined ? {} : { console: window }),
    clock: systemClock,
    prepareAgent: () => prepareAgent(state, plan.addresses),
    onChange: (record, part) => view.changed(record, part),
  });
  // A closed terminal ends all as Ctrl-C does.
  process.on('SIGHUP', () => process.kill(process.pid, 'SIGTERM'));
  const signal = untilSignal();
  const start = installation.start().then(async () => {
    view.say(readyLines(state, installation.record));
    if (!inBrowser) return;
    await openInBrowser(consoleAddress(state, plan.addresses)).catch((error: unknown) => view.say([toMusterError(error).message]));
  });
  try {
    await Promise.race([start, signal]);
    await signal;
  } finally {
    await installation.stop();
    // A start that a signal cut short has failed because of it; one that failed by itself has told so above.
    await start.catch(() => {});
    view.close();
  }
}

/** The desktop console where a window can be shown; without its runtime the browser shows it, and the reason is said. */
async function desktopConsole(
  options: UpOptions,
  addresses: Addresses,
  output: Output,
): Promise<{ window: Part | undefined; inBrowser: boolean }> {
  if (options.headless || !hasDisplay(process.platform, process.env)) return { window: undefined, inBrowser: false };
  try {
    const [folder, main] = [await resolveRuntime('electron'), electronMainPath()];
    const root = process.getuid?.() === 0;
    return { window: electronPart({ folder, main, target: addresses, platform: process.platform, root }), inBrowser: false };
  } catch (error) {
    output.note(`no window: ${toMusterError(error).message}`);
    output.note('the console opens in the browser instead');
    return { window: undefined, inBrowser: true };
  }
}

function readyLines(state: StateFolder, { addresses, readyAfterMs }: UpRecord): string[] {
  // Started by npm, so that it is a checkout, where `muster` alone is likely not on PATH.
  const command = process.env['npm_lifecycle_event'] === undefined ? 'muster' : 'npm run muster --';
  return [
    '',
    'muster is ready',
    `  after     ${(readyAfterMs / 1000).toFixed(1)} s`,
    `  console   ${consoleAddress(state, addresses)}`,
    `  gateway   ${[addresses.gateway, ...addresses.reachable].join(', ')}`,
    `  machines  ${joinWords(addresses, command, state)}`,
    `  QuestDB   ${addresses.questdbHttp} (user ${addresses.questdbHttpUser}, password in ${addresses.questdbHttpPasswordFile})`,
    `  state     ${state.home}`,
    `  try       ${command} nodes --home ${quoted(state.home)}`,
    `            grpcurl -cacert ${quoted(addresses.caFile)} -H "authorization: Bearer $(cat ${quoted(addresses.tokenFile)})" ${addresses.gateway} muster.v1.FleetService/ListNodes`,
  ];
}

/** How another one joins. */
function joinWords({ reachable }: Addresses, command: string, state: StateFolder): string {
  if (reachable.length > 0) return `${command} token create --join --home ${quoted(state.home)} prints the line that adds one`;
  return 'this one alone; start with --listen ADDRESS to let others join';
}

/** For a shell, where it needs it. */
function quoted(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

/** The web console's address with a token not yet spent. */
export function consoleAddress(state: StateFolder, addresses: Addresses): string {
  try {
    return readFileSync(state.consoleAddressFile, 'utf8').trim();
  } catch {
    return addresses.webConsole;
  }
}
