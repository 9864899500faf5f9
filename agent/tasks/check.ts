// `check`: everything an operator asks when a machine is missing from the fleet, answered on the machine itself.
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { messageOf } from '../../core/common/muster-error.ts';
import { AGENT_VERSION } from '../agent-version.ts';
import { createCollectors } from '../collectors/catalog.ts';
import type { AgentConfig } from '../config.ts';
import type { HostRoots } from '../host/host-file.ts';
import { displayName } from '../host/host-name.ts';
import type { StatusReport } from '../local/status-report.ts';
import { expiredWords, type Identity, loadIdentity } from '../uplink/identity.ts';
import { readSettings, takeOwn } from './command-line.ts';
import { type GatewayProbe, probeGateway } from './gateway-probe.ts';
import { askStatus } from './local-client.ts';
import { type CollectorSample, sampleOnce } from './sample-once.ts';
import { spoolRows } from './show-status.ts';
import { type SpoolRoom, spoolRoom } from './spool-room.ts';
import { tableLines, toNumberWords, toPrintable, toTimeWords } from './words.ts';

const ROOTS: HostRoots = { proc: '/proc', sys: '/sys' };
const SHOWN_VALUES = 5;
const DAY_MS = 86_400_000;

export interface CheckReport {
  version: string;
  name: string;
  stateDir: string;
  identity: { nodeId: string; daysLeft: number | null; problem: string };
  /** Null where no agent runs here, with the reason in `runningProblem`. */
  running: StatusReport | null;
  runningProblem: string;
  gateway: GatewayProbe & { address: string };
  spoolRoom: SpoolRoom;
  collectors: CollectorSample[];
}

/** 0 all well · 1 no usable identity, or batches not on disk · 69 the gateway cannot be reached. */
export async function check(argv: readonly string[]): Promise<number> {
  const { flags, rest } = takeOwn(argv, ['json']);
  const report = await takeReport(await readSettings(rest));
  process.stdout.write(flags.json ? `${JSON.stringify(report, null, 2)}\n` : `${reportLines(report).join('\n')}\n`);
  if (report.identity.problem !== '' || report.running?.spool.durable === false) return 1;
  return report.gateway.reachable ? 0 : 69;
}

async function takeReport(config: AgentConfig): Promise<CheckReport> {
  const { stateDir, collectorsDisabled } = config;
  const identity = findIdentity(config);
  const collectors = createCollectors(
    (name) => !collectorsDisabled.includes(name),
    ROOTS,
    () => NO_STATE,
    process.platform,
    () => config.includeTransient,
  );
  const [samples, gateway, running] = await Promise.all([sampleOnce(collectors), askGateway(config, identity), askRunning(stateDir)]);
  const { daysLeft, problem } = identity;
  return {
    version: AGENT_VERSION,
    name: displayName(config.name),
    stateDir,
    identity: { nodeId: identity.found?.nodeId ?? '', daysLeft, problem },
    ...running,
    gateway: { address: config.gateway, ...gateway },
    spoolRoom: spoolRoom(stateDir, config.spoolMaxBytes, running.running?.spool.bytes ?? 0),
    collectors: samples,
  };
}

const NO_STATE = { tickMs: 0, spoolBatches: 0, spoolBytes: 0, collectorsFailed: 0 };

interface FoundIdentity {
  found: Identity | undefined;
  daysLeft: number | null;
  problem: string;
}

function findIdentity({ stateDir, caFile, joinTokenFile }: AgentConfig): FoundIdentity {
  try {
    const found = loadIdentity(stateDir);
    if (found !== undefined) {
      const daysLeft = Math.floor((Date.parse(new X509Certificate(found.certificate).validTo) - Date.now()) / DAY_MS);
      return { found, daysLeft, problem: expiredWords(found) ?? '' };
    }
    const missing = [caFile, joinTokenFile].filter((path) => path === undefined || !existsSync(path)).length;
    const problem = missing === 0 ? '' : 'not enrolled, and --ca-file and --join-token-file do not both name a file: set them to enrol';
    return { found: undefined, daysLeft: null, problem };
  } catch (error) {
    return { found: undefined, daysLeft: null, problem: messageOf(error) };
  }
}

async function askGateway({ gateway, caFile }: AgentConfig, { found }: FoundIdentity): Promise<GatewayProbe> {
  if (found !== undefined) return probeGateway({ gateway, ca: found.ca, identity: found });
  if (caFile !== undefined && existsSync(caFile)) return probeGateway({ gateway, ca: readFileSync(caFile) });
  return {
    reachable: false,
    problem: 'without the CA of the fleet (--ca-file) nobody can tell whether it is ours',
    tookMs: 0,
    skewMs: null,
  };
}

async function askRunning(stateDir: string): Promise<Pick<CheckReport, 'running' | 'runningProblem'>> {
  try {
    return { running: await askStatus(stateDir), runningProblem: '' };
  } catch (error) {
    return { running: null, runningProblem: messageOf(error) };
  }
}

export function reportLines(report: CheckReport): string[] {
  const { identity, gateway, running, collectors } = report;
  const absent = collectors.filter((sample) => sample.absent);
  const facts = [
    ['node', `${report.name}${identity.nodeId === '' ? '' : ` (${identity.nodeId})`}`],
    [
      'identity',
      identity.problem || (identity.daysLeft === null ? 'not enrolled yet' : `good, certificate valid for ${identity.daysLeft} days`),
    ],
    ['gateway', `${gateway.address} ${gateway.reachable ? `answers in ${gateway.tookMs} ms` : `cannot be reached: ${gateway.problem}`}`],
    ['clock', gateway.skewMs === null ? 'not compared' : skewWords(gateway.skewMs)],
    ['agent', running === null ? report.runningProblem : `process ${running.pid} runs, ${running.connection.state}`],
    ...(running === null ? [] : spoolRows(running)),
    ...(report.spoolRoom.problem === '' ? [] : [['room', report.spoolRoom.problem]]),
  ];
  const rows = [
    ['MEASUREMENT', 'ROWS', 'FIRST ROW, OR WHY THERE IS NONE'],
    ...collectors.filter((sample) => !sample.absent).map((sample) => [sample.collector, String(sample.rows), valueWords(sample)]),
  ];
  return [
    ...tableLines(facts),
    '',
    ...tableLines(rows),
    ...(absent.length === 0
      ? []
      : ['', 'Not on this machine:', ...tableLines(absent.map(({ collector, reason }) => [`  ${collector}`, reason]))]),
  ].map(toPrintable);
}

function skewWords(skewMs: number): string {
  if (skewMs === 0) return 'as the gateway’s, within a second';
  return `${toTimeWords(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead of' : 'behind'} the gateway’s: set it (timedatectl set-ntp true)`;
}

function valueWords({ first, reason, rows }: CollectorSample): string {
  if (rows === 0) return reason;
  const entries = Object.entries(first);
  const shown = entries
    .slice(0, SHOWN_VALUES)
    .map(([name, value]) => `${name}=${typeof value === 'number' ? toNumberWords(value) : value}`);
  const more = entries.length > SHOWN_VALUES ? ` … ${entries.length - SHOWN_VALUES} more` : '';
  return `${shown.join(' ')}${more}${reason === '' ? '' : ` (${reason})`}`;
}
