// GET /api/status, /healthz, /readyz and /api/openapi.json.
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import type { PipelineStatus } from '../../proto/gen/messages.ts';
import { type HttpAnswer, json } from './http-answer.ts';
import type { HttpRoute } from './http-door.ts';
import { openapi } from './openapi.ts';
import { type PartSources, partStates, worstOf } from './part-states.ts';

export interface StatusOptions {
  /** Of this gateway. */
  name: string;
  version: string;
  pipeline(): Promise<PipelineStatus>;
  part: PartSources;
  /** Bytes that wait for the stream in this gateway. */
  queuedBytes(): number;
  /** Whether samples can be taken now; undefined where all is well, else what is wrong. */
  problem(): string | undefined;
}

export function statusRoutes(options: StatusOptions): HttpRoute[] {
  const health = (): HttpAnswer => {
    const problem = options.problem();
    return problem === undefined ? json(200, { status: 'ok' }) : json(503, { status: 'failing', problem });
  };
  return [
    { method: 'GET', path: '/healthz', answer: () => json(200, { status: 'ok' }) },
    { method: 'GET', path: '/readyz', answer: health },
    { method: 'GET', path: '/api/openapi.json', answer: () => json(200, openapi(options.version)) },
    {
      method: 'GET',
      path: '/api/status',
      scope: 'read',
      answer: async () => {
        const [{ parts }, pipeline] = await Promise.all([
          partStates(options.part, options.problem()),
          // What cannot be told now is null: a part says why.
          options.part.nats() ? options.pipeline().catch(toMusterError) : new MusterError('unavailable', 'nats-server is not connected'),
        ]);
        const known = pipeline instanceof MusterError ? undefined : pipeline;
        const problems = pipeline instanceof MusterError ? [`the path cannot be read: ${pipeline.message}`] : pipeline.problems;
        const worst = worstOf(parts);
        const suspended = known?.suspendedTables ?? [];
        return json(200, {
          status: worst === 'ok' && (problems.length > 0 || suspended.length > 0) ? 'degraded' : worst,
          gateway: options.name,
          version: options.version,
          parts,
          queue_depth: known?.pendingMessages ?? null,
          queued_bytes: options.queuedBytes(),
          lag_seconds: known?.lagSeconds ?? null,
          rows_per_second: known?.rowsPerSecond ?? null,
          stream_bytes: known?.streamBytes ?? null,
          stream_max_bytes: known?.streamMaxBytes ?? null,
          dead_letters: known?.deadLetters ?? null,
          suspended_tables: known?.etlAsOf ? suspended.map(({ table, error }) => ({ table, error })) : null,
          connected_agents: known?.connectedAgents ?? null,
          connected_machines: known?.connectedMachines ?? null,
          completeness_percent: known?.completenessPercent ?? null,
          durable: known?.durable ?? null,
          problems,
        });
      },
    },
  ];
}
