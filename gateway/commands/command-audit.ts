// The two records of a command: that it began, stored before anything is sent, and how it ended.
import { MusterError } from '../../core/common/muster-error.ts';
import { fault } from '../../core/node/faults.ts';
import type { CommandResult, RunCommandRequest } from '../../proto/gen/messages.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { AuditInput } from '../audit/audit-record.ts';
import { requestWords } from './command-request.ts';

/** Without the record nothing is done; so long is waited for it. */
const STORED_WITHIN_MS = 5000;

export class CommandAudit {
  readonly #audit: Pick<AuditLog, 'record'>;
  readonly #base: Omit<AuditInput, 'outcome'>;
  readonly #sinceMs = performance.now();

  constructor(
    audit: Pick<AuditLog, 'record'>,
    caller: string,
    request: RunCommandRequest,
    id: string,
    node: { nodeId: string; name: string },
  ) {
    this.#audit = audit;
    const given = Object.entries(request.arguments).map(([name, value]) => [`argument.${name}`, value]);
    this.#base = {
      kind: 'command',
      caller,
      text: requestWords(request, node.name),
      nodeId: node.nodeId,
      attributes: { command_id: id, command: request.command, ...Object.fromEntries(given) },
    };
  }

  /** Throws `unavailable` where the record is not stored soon. */
  async begun(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), STORED_WITHIN_MS);
    });
    const stored = await Promise.race([this.#audit.record({ ...this.#base, outcome: 'begun' }), late]);
    clearTimeout(timer);
    if (!stored) throw new MusterError('unavailable', 'the audit cannot be written, so the command was not sent: look at nats-server');
  }

  /** It was not sent to the node. */
  refused(error: MusterError): void {
    const outcome = error.code === 'unavailable' || error.code === 'internal' ? 'failed' : 'refused';
    this.#audit.record({ ...this.#base, text: `${this.#base.text}: ${error.message}`, outcome }).catch(fault);
  }

  ended({ status, problem, exitCode, truncated }: CommandResult, outputBytes: number): void {
    const seconds = ((performance.now() - this.#sinceMs) / 1000).toFixed(3);
    this.#audit
      .record({
        ...this.#base,
        text: `${this.#base.text}: ${status}${problem === '' ? '' : `, ${problem}`}`,
        outcome: status === 'ok' ? 'ok' : status === 'refused' ? 'refused' : 'failed',
        attributes: {
          ...this.#base.attributes,
          ...{ status, seconds, output_bytes: String(outputBytes), truncated: String(truncated) },
          ...(exitCode === undefined || exitCode === null ? {} : { exit_code: String(exitCode) }),
        },
      })
      .catch(fault);
  }
}
