// Everything worth knowing that happens in the agent. Each is logged once, counted once and, where it belongs to the machine's story,
// sent with the next batch.
import type { DroppedRange, FleetEvent } from '../core/common/frame.ts';
import { messageOf } from '../core/common/muster-error.ts';
import type { Log } from '../core/node/log.ts';
import type { CommandReports } from './commands/command-runner.ts';
import type { LocalReports } from './local/local-reports.ts';
import type { ProbeReports } from './probes/probe-runner.ts';
import type { CollectorReports } from './sampling/collector-set.ts';
import type { RemoteConfigReports } from './settings/remote-config.ts';
import type { SpoolReports } from './spool/host-spool.ts';
import type { NetworkReports } from './uplink/reconnect-on.ts';
import type { UplinkReports } from './uplink/uplink.ts';

/** Events that wait for a flush; beyond that the newest are only logged. */
const MAX_WAITING = 256;
/** Events that are kept for whoever asks how the agent stands. */
const MAX_RECENT = 50;

export interface AgentEvents {
  readonly collectors: CollectorReports;
  readonly probes: ProbeReports;
  readonly spool: SpoolReports;
  readonly uplink: UplinkReports;
  readonly commands: CommandReports;
  readonly local: LocalReports;
  readonly config: RemoteConfigReports;
  started(version: string, bootUs: number): void;
  enrolled(nodeId: string): void;
  readonly network: NetworkReports;
  /** The certificate is a new one. */
  renewed(): void;
  renewalFailed(error: unknown, retryInMs: number): void;
  clockStepped(ms: number): void;
  rowsDropped(ranges: readonly DroppedRange[]): void;
  inventoryFailed(reason: string): void;
  /** Work that nobody waited for failed by a fault of ours: the agent goes on. */
  faultFound(error: unknown): void;
  /** The service manager does not hear from us. */
  systemdNotNotified(problem: string): void;
  /** How often each happened. */
  readonly counts: ReadonlyMap<string, number>;
  /** The newest of all kinds, oldest first. */
  readonly recent: readonly { timeUs: number; kind: string; text: string }[];
  /** Events for the next batch. */
  take(): FleetEvent[];
}

export function createEvents(log: Log, nowUs: () => number = () => Date.now() * 1000): AgentEvents {
  const counts = new Map<string, number>();
  const recent: { timeUs: number; kind: string; text: string }[] = [];
  let waiting: FleetEvent[] = [];

  const note = (level: 'info' | 'warn' | 'error', kind: string, text: string, attributes: Record<string, string> = {}): void => {
    log[level]({ event: kind, ...attributes }, text);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    recent.push({ timeUs: nowUs(), kind, text });
    if (recent.length > MAX_RECENT) recent.shift();
  };
  const tell = (severity: FleetEvent['severity'], kind: string, text: string, attributes: Record<string, string> = {}): void => {
    note(severity === 'warning' ? 'warn' : severity, kind, text, attributes);
    if (waiting.length < MAX_WAITING) waiting.push({ timeUs: nowUs(), kind, severity, text, attributes });
  };

  return {
    counts,
    recent,
    take() {
      const events = waiting;
      waiting = [];
      return events;
    },
    faultFound: (error) =>
      tell(
        'error',
        'agent_fault',
        `a fault of the agent: ${error instanceof Error ? (error.stack ?? error.message).slice(0, 1000) : error}`,
      ),
    started: (version, bootUs) => tell('info', 'agent_started', `agent ${version} started`, { version, boot_us: String(bootUs) }),
    enrolled: (nodeId) => tell('info', 'enrolled', `enrolled as ${nodeId}`, { node_id: nodeId }),
    network: {
      networkChanged: (lost) =>
        tell('info', 'network_changed', `addresses of this machine are gone: ${lost.join(', ')}`, { lost: lost.join(', ') }),
      slept: (ms) => note('info', 'woke_up', `the machine slept, or its clock was set, by ${ms} ms: the stream is opened anew`),
    },
    renewed: () => tell('info', 'certificate_renewed', 'the certificate was renewed'),
    renewalFailed: (error, retryInMs) =>
      note('warn', 'renewal_failed', `the certificate was not renewed: ${wordsOf(error)}; next attempt in ${retryInMs} ms`),
    clockStepped: (ms) => tell('warning', 'clock_step', `the clock moved by ${ms} ms (set, or the machine slept)`, { step_ms: String(ms) }),
    rowsDropped(ranges) {
      for (const { firstSeq, lastSeq, rows, reason } of ranges) {
        tell('warning', 'rows_dropped', `${rows} rows in batches ${firstSeq} to ${lastSeq} were dropped: ${reason}`, {
          rows: String(rows),
          reason,
        });
      }
    },
    inventoryFailed: (reason) => note('warn', 'inventory_failed', `the inventory could not be taken: ${reason}`),
    systemdNotNotified: (problem) => note('warn', 'systemd_not_notified', `systemd could not be told that the agent runs: ${problem}`),
    collectors: {
      unavailable: (collector, reason) =>
        tell('warning', 'collector_unavailable', `collector ${collector} is unavailable: ${reason}`, { collector, reason }),
      absent: (collector, reason) =>
        note('info', 'collector_absent', `collector ${collector} has nothing to read here: ${reason}`, { collector }),
      available: (collector) => tell('info', 'collector_available', `collector ${collector} is available again`, { collector }),
      incomplete: (collector, problem) =>
        tell('warning', 'collector_incomplete', `collector ${collector}: ${problem}`, { collector, problem }),
      capped: (collector, leftOut, cap) =>
        tell('warning', 'collector_capped', `collector ${collector} has ${leftOut} rows more than its cap of ${cap}: they are left out`, {
          collector,
          left_out: String(leftOut),
        }),
    },
    probes: {
      pingUnusable: (reason) =>
        tell('info', 'ping_unusable', `ICMP probes knock at a TCP port instead: ${reason}`, { reason: reason.slice(0, 200) }),
      rowsLeftOut: (rows, limit) =>
        tell('warning', 'probe_rows_left_out', `${rows} rows of probes are more than the ${limit} kept between two flushes: flush sooner`, {
          rows: String(rows),
        }),
    },
    spool: {
      fileSetAside: ({ path, reason }, { batches, rows, lost }) =>
        tell(
          'error',
          'spool_set_aside',
          `the spool was set aside as ${path} (${reason}): ${batches} batches were saved, ${lost} are lost`,
          {
            path,
            reason,
            saved_batches: String(batches),
            saved_rows: String(rows),
            lost_batches: String(lost),
          },
        ),
      epochBegun: (reason) => tell('info', 'spool_epoch', `the spool began a new epoch: ${reason}`, { reason }),
      notDurable: (problem) => tell('error', 'spool_not_durable', `batches are kept in memory: ${problem}`, { problem }),
      durableAgain: () => tell('info', 'spool_durable', 'batches are on disk again'),
    },
    local: {
      opened: (where) => note('info', 'local_opened', `this machine can be asked at ${where}`),
      failed: (where, problem) => note('warn', 'local_failed', `nobody can ask at ${where}: ${problem}`),
      requestFailed: (what, problem) => note('error', 'local_request_failed', `${what} failed by a fault of the agent: ${problem}`),
    },
    commands: {
      began: ({ id, name, caller }) => note('info', 'command_began', `${caller} asked for ${name}`, { command_id: id, name, caller }),
      ended({ id, name, caller, status, problem }) {
        const words = `command ${name} of ${caller}: ${status}${problem === '' ? '' : ` (${problem})`}`;
        tell('info', 'command', words, { command_id: id, name, caller, status });
      },
    },
    config: {
      applied: (version) =>
        tell('info', 'config_applied', version === 0 ? 'the agent runs on its own file again' : `configuration ${version} is in force`, {
          version: String(version),
        }),
      refused: (version, problem) =>
        tell('warning', 'config_refused', `configuration ${version} was refused: ${problem}`, { version: String(version), problem }),
      rolledBack: (version, problem) => tell('error', 'config_rolled_back', problem, { version: String(version) }),
      fileApplied: (waiting) =>
        tell(
          'info',
          'config_file_applied',
          `the agent's own file was read again${waiting.length > 0 ? `: ${waiting.join(', ')} after a restart` : ''}`,
        ),
      fileRefused: (problem) =>
        tell('warning', 'config_file_refused', `the agent's own file was not taken, the old settings stay: ${problem}`),
      notKept: (problem) => tell('warning', 'config_not_kept', `the configuration is lost with a restart: ${problem}`),
    },
    uplink: {
      connected: (gateway) => note('info', 'connected', `connected to ${gateway}`),
      disconnected: ({ kind, words }, retryInMs) =>
        note(
          kind === 'drain' || kind === 'renew' ? 'info' : 'warn',
          'disconnected',
          `no stream: ${words}; next attempt in ${retryInMs} ms`,
          { kind },
        ),
      enrolmentFailed: (error, retryInMs) =>
        note('warn', 'enrolment_failed', `not enrolled: ${wordsOf(error)}; next attempt in ${retryInMs} ms`),
      refused: ({ seq, code, reason, permanent }) =>
        tell('warning', 'batch_refused', `batch ${seq} was refused${permanent ? ' for good' : ''} (${code}): ${reason}`, { code }),
    },
  };
}

function wordsOf(error: unknown): string {
  const { details } = error as { details?: string };
  return details || messageOf(error);
}
