// All the doctor looks at, side by side; what cannot be asked is a finding as well.
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { VERSION } from '../../core/common/version.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import { toMs } from '../fleet/node-table.ts';
import type { FleetTarget } from '../fleet/open-fleet.ts';
import { callHttps } from '../smoke/https-call.ts';
import type { UpRecord } from '../state/up-record.ts';
import { formatDuration } from '../terminal/quantity.ts';
import { auditFinding } from './audit-finding.ts';
import { certificateFindings } from './certificate-findings.ts';
import { type Finding, problem, warning, well } from './finding.ts';
import { nodeFindings } from './node-findings.ts';
import { doorFindings, doorsOf, partFindings } from './part-findings.ts';
import { ledgerFinding, pathFindings, roomFindings } from './path-findings.ts';

/** For what is in flight, and for the answer behind that. */
const VERIFY_WAIT_MS = 5000;
const VERIFY_WITHIN_MS = 20_000;
/** The gateway reads all of the audit. */
const AUDIT_WITHIN_MS = 20_000;
const OWN_SKEW_MS = 5000;

export interface Patient {
  target: FleetTarget;
  client: FleetClient;
  /** Of `muster up` on this machine, where it is its gateway that is asked. */
  record: UpRecord | undefined;
}

export interface Examination {
  /** False where the gateway answered none of its calls. */
  reached: boolean;
  findings: Finding[];
}

export async function examine({ target, client, record }: Patient): Promise<Examination> {
  const local = record === undefined ? [] : [guarded('parts', async () => partFindings(record.parts))];
  const doors = record === undefined ? [{ name: 'gateway', address: target.gateway, part: 'gateway' }] : doorsOf(record);
  let reached = false;
  const ask = (check: string, look: () => Promise<Finding[]>): Promise<Finding[]> =>
    guarded(check, async () => {
      const found = await look();
      reached = true;
      return found;
    });
  const findings = await Promise.all([
    ...local,
    guarded('ports', () => doorFindings(doors)),
    guarded('certificate', () => certificateFindings(target, Date.now())),
    ask('gateway', () => gatewayFindings(target)),
    ask('path', () => pathAndClock(client, record !== undefined)),
    ask('nodes', async () => nodeFindings((await client.call('listNodes', { filter: '' })).nodes, VERSION)),
    ask('ledger', () => ledgerFindings(client)),
    // Does not tell whether the gateway was reached: a refusal is an answer here.
    auditFinding(() => client.call('verifyAudit', {}, { timeoutMs: AUDIT_WITHIN_MS })).then((finding) => [finding]),
  ]);
  return { reached, findings: findings.flat() };
}

/** What cannot be found out is told in the words of the failure. */
async function guarded(check: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (thrown) {
    const { message } = toMusterError(thrown);
    return [problem(check, message, 'mend what the sentence names, then run muster doctor again')];
  }
}

async function gatewayFindings(target: FleetTarget): Promise<Finding[]> {
  const { gateway, version } = await callHttps(target, '/api/status', 200);
  const words = `${String(gateway)} serves, version ${String(version)}`;
  if (version === VERSION) return [well('gateway', words)];
  return [warning('gateway', `${words}; this command is ${VERSION}`, 'use the command of the same version as the gateway')];
}

async function pathAndClock(client: FleetClient, oneDisk: boolean): Promise<Finding[]> {
  const askedMs = Date.now();
  const status = await client.call('getPipelineStatus', {});
  return [clock(toMs(status.asOf), askedMs, Date.now()), ...pathFindings(status), ...(oneDisk ? roomFindings(status) : [])];
}

/** The gateway's time lies between question and answer where both clocks agree. */
function clock(gatewayMs: number | undefined, askedMs: number, answeredMs: number): Finding {
  if (gatewayMs === undefined) throw new MusterError('internal', 'the gateway tells no time with its status');
  const offMs = gatewayMs < askedMs ? gatewayMs - askedMs : Math.max(0, gatewayMs - answeredMs);
  if (Math.abs(offMs) <= OWN_SKEW_MS) return well('clock', "this machine's and the gateway's agree");
  const words = `the gateway's clock is ${formatDuration(Math.abs(offMs))} ${offMs > 0 ? 'ahead of' : 'behind'} this machine's`;
  return warning('clock', words, 'set both by NTP: what is late and how much it lags is told by them');
}

async function ledgerFindings(client: FleetClient): Promise<Finding[]> {
  return [ledgerFinding(await client.call('verify', { nodeId: '', waitMs: VERIFY_WAIT_MS }, { timeoutMs: VERIFY_WITHIN_MS }))];
}
