// GET /api/status, /healthz, /readyz and /api/openapi.json.
import type { PipelineStatus } from '../../proto/gen/messages.ts';
import { type HttpAnswer, json } from './http-answer.ts';
import type { HttpRoute } from './http-door.ts';
import { openapi } from './openapi.ts';

export interface StatusOptions {
  /** Of this gateway. */
  name: string;
  version: string;
  pipeline(): Promise<PipelineStatus>;
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
        const pipeline = await options.pipeline();
        const { problems, suspendedTables } = pipeline;
        return json(200, {
          status: problems.length === 0 && suspendedTables.length === 0 ? 'ok' : 'degraded',
          gateway: options.name,
          version: options.version,
          queue_depth: pipeline.pendingMessages,
          queued_bytes: options.queuedBytes(),
          lag_seconds: pipeline.lagSeconds,
          rows_per_second: pipeline.rowsPerSecond,
          stream_bytes: pipeline.streamBytes,
          stream_max_bytes: pipeline.streamMaxBytes,
          dead_letters: pipeline.deadLetters,
          suspended_tables: suspendedTables.map(({ table, error }) => ({ table, error })),
          connected_agents: pipeline.connectedAgents,
          completeness_percent: pipeline.completenessPercent,
          durable: pipeline.durable,
          problems,
        });
      },
    },
  ];
}
