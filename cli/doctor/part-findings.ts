// What `muster up` keeps of its parts on this machine, and whether their ports answer.
import { connect } from 'node:net';
import type { PartRecord, UpRecord } from '../state/up-record.ts';
import { type Finding, problem, warning, well } from './finding.ts';

const ANSWER_WITHIN_MS = 2000;
/** A part that was started anew this often did not just crash once. */
const MANY_RESTARTS = 3;

/** A port that something should listen on. */
export interface Door {
  name: string;
  /** host:port */
  address: string;
  /** The part whose log tells why it does not. */
  part: string;
}

export function doorsOf({ addresses }: UpRecord): Door[] {
  return [
    { name: 'gateway', address: addresses.gateway, part: 'gateway' },
    { name: 'nats-server', address: new URL(addresses.nats).host, part: 'nats' },
    { name: 'nats-server monitoring', address: new URL(addresses.natsMonitor).host, part: 'nats' },
    { name: 'QuestDB HTTP', address: new URL(addresses.questdbHttp).host, part: 'questdb' },
    { name: 'QuestDB PG', address: addresses.questdbPg, part: 'questdb' },
    { name: 'web console', address: new URL(addresses.webConsole).host, part: 'console-web' },
  ];
}

/** One finding for all that answer, and one for each that does not. */
export async function doorFindings(doors: readonly Door[]): Promise<Finding[]> {
  const failures = await Promise.all(doors.map(({ address }) => knock(address)));
  const closed = doors.flatMap(({ name, address, part }, i) =>
    failures[i] === undefined
      ? []
      : [problem('ports', `${name} at ${address}: ${failures[i]}`, `see the log of ${part}: muster status names it`)],
  );
  return closed.length > 0 ? closed : [well('ports', `${doors.map(({ name }) => name).join(', ')} answer`)];
}

/** Undefined where it takes a connection, else why not. */
function knock(address: string): Promise<string | undefined> {
  const at = address.lastIndexOf(':');
  const socket = connect({ host: address.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(address.slice(at + 1)) });
  return new Promise<string | undefined>((resolve) => {
    socket.setTimeout(ANSWER_WITHIN_MS, () => resolve(`no answer within ${ANSWER_WITHIN_MS / 1000} s`));
    socket.once('connect', () => resolve(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  }).finally(() => socket.destroy());
}

export function partFindings(parts: readonly PartRecord[]): Finding[] {
  const found = parts.flatMap(partFinding);
  return found.length > 0 ? found : [well('parts', `${parts.map(({ name }) => name).join(', ')} run`)];
}

function partFinding({ name, state, restarts, problem: ended, logFile }: PartRecord): Finding[] {
  if (state !== 'running') {
    return [
      problem('parts', `${name} is ${state}${ended === '' ? '' : `: ${ended}`}`, `it is started again by itself; its log is ${logFile}`),
    ];
  }
  if (restarts < MANY_RESTARTS) return [];
  return [
    warning('parts', `${name} was started anew ${restarts} times${ended === '' ? '' : `, after: ${ended}`}`, `its log is ${logFile}`),
  ];
}
