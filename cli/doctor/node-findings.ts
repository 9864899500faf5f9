// What the fleet's nodes tell: who is not heard, whose clock is off, whose spool is in trouble, who runs another version. Pure.
import { isMachine } from '../../core/common/node-kind.ts';
import type { Node } from '../../proto/gen/messages.ts';
import { countWords, stateWord, toMs } from '../fleet/node-table.ts';
import { formatDuration } from '../terminal/quantity.ts';
import { type Finding, problem, someOf, warning, well } from './finding.ts';

/** Beyond it charts of two nodes no longer line up. */
const SKEW_WARNING_US = 5e6;
/** Beyond a day the rows of a node are set aside. */
const SKEW_PROBLEM_US = 3600e6;

/** Of machines: a file, a script or a simulation that says no more is missed by nobody. What is in quarantine is told whatever it is. */
export function nodeFindings(all: readonly Node[], ownVersion: string, nowMs = Date.now()): Finding[] {
  const machines = all.filter(isMachine);
  return [...presence(all, machines, nowMs), clocks(machines), spools(machines), versions(machines, ownVersion)];
}

function presence(all: readonly Node[], nodes: readonly Node[], nowMs: number): Finding[] {
  if (nodes.length === 0)
    return [warning('nodes', 'no machine has enrolled', 'paste the line that muster token create --join prints on one')];
  const found: Finding[] = [];
  // Under maintenance a node may be late or silent.
  const of = (word: string): string[] => nodes.filter((node) => stateWord(node, nowMs) === word).map(nameOf);
  const [late, silent, never] = [of('late'), of('silent'), of('never seen')];
  for (const node of all.filter(({ state }) => state === 'NODE_STATE_QUARANTINED')) {
    found.push(
      problem('nodes', `${nameOf(node)} is quarantined: ${node.problem}`, 'mend the cause, then end it with muster nodes release'),
    );
  }
  if (silent.length > 0) {
    const advice = 'see whether the machine and its agent run; take one that is gone for good out with muster nodes remove';
    found.push(problem('nodes', `silent: ${someOf(silent)}`, advice));
  }
  if (late.length > 0)
    found.push(warning('nodes', `late: ${someOf(late)}`, 'look again in a minute; then examine the network between them and the gateway'));
  if (never.length > 0) {
    found.push(warning('nodes', `enrolled and never seen: ${someOf(never)}`, 'see the log of their agents: enrolled, but no sample came'));
  }
  return found.length === 0 ? [well('nodes', countWords(all, nowMs))] : found;
}

/** Of those that were heard: the skew of any other is 0 because nobody measured it. */
function clocks(all: readonly Node[]): Finding {
  const nodes = all.filter(({ lastSeen }) => (toMs(lastSeen) ?? 0) > 0);
  if (nodes.length === 0) return well('clocks', 'not known: no machine has been heard');
  const off = (limitUs: number): Node[] => nodes.filter(({ skewUs }) => Math.abs(skewUs) > limitUs);
  const words = (some: readonly Node[]): string =>
    someOf(some.map((node) => `${nameOf(node)} ${formatDuration(Math.abs(node.skewUs) / 1000)} ${node.skewUs > 0 ? 'behind' : 'ahead'}`));
  const advice = 'set their clocks (chrony, systemd-timesyncd): rows of a clock more than a day off are set aside';
  if (off(SKEW_PROBLEM_US).length > 0) return problem('clocks', words(off(SKEW_PROBLEM_US)), advice);
  if (off(SKEW_WARNING_US).length > 0) return warning('clocks', words(off(SKEW_WARNING_US)), advice);
  return well('clocks', `all within ${SKEW_WARNING_US / 1e6} s of the gateway`);
}

function spools(nodes: readonly Node[]): Finding {
  const volatile = nodes.filter(({ spool }) => spool?.durable === false && spool.problem !== '');
  if (volatile.length > 0) {
    const names = someOf(volatile.map((node) => `${nameOf(node)} (${node.spool?.problem})`));
    return problem('spools', `in memory only: ${names}`, 'free the disk below their state folder, or mend its permissions');
  }
  const dropping = nodes.filter(({ spool }) => spool?.drops.some(({ batches }) => batches > 0));
  if (dropping.length > 0) {
    const advice = 'they were away longer than their spools last: raise spoolMaxBytes, or see why the gateway was out of reach';
    return warning('spools', `batches given up by ${someOf(dropping.map(nameOf))}`, advice);
  }
  return well('spools', 'all on disk, none gave anything up');
}

function versions(nodes: readonly Node[], ownVersion: string): Finding {
  const others = nodes.filter(({ info }) => info?.agentVersion && info.agentVersion !== ownVersion);
  if (others.length === 0) return well('agents', `all of version ${ownVersion}`);
  const words = someOf(others.map((node) => `${nameOf(node)} ${node.info?.agentVersion}`));
  return warning('agents', `another version than ${ownVersion}: ${words}`, 'bring the agents to the version of the gateway');
}

function nameOf(node: Node): string {
  return node.info?.name || node.nodeId;
}
