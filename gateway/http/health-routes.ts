// GET /health, /metrics and /metrics/prometheus: how long this gateway runs, what the ETL has stored, and the counters of the process.
import type { Registry } from 'prom-client';
import { json } from './http-answer.ts';
import type { HttpRoute } from './http-door.ts';
import { isCurrent, type PartSources, partStates, worstOf } from './part-states.ts';

const KEPT_MS = 1000;

export interface HealthOptions {
  version: string;
  part: PartSources;
  metrics: Pick<Registry, 'metrics' | 'contentType'>;
  problem(): string | undefined;
  /** Unix ms. */
  now?: () => number;
}

export function healthRoutes({ version, part, metrics, problem, now = Date.now }: HealthOptions): HttpRoute[] {
  const startedMs = now();
  // Anybody may ask, as often as they like: the parts are asked once a second at most.
  let last: { atMs: number; states: ReturnType<typeof partStates> } | undefined;
  const states = (): ReturnType<typeof partStates> => {
    if (last === undefined || now() - last.atMs >= KEPT_MS) last = { atMs: now(), states: partStates(part, problem(), now()) };
    return last.states;
  };
  const uptimeSeconds = (): number => Math.max(0, Math.round((now() - startedMs) / 1000));
  return [
    {
      method: 'GET',
      path: '/health',
      // Open to anybody: no names, no sentences.
      answer: async () => {
        const { parts } = await states();
        const words = Object.fromEntries(Object.entries(parts).map(([name, { state }]) => [name, state]));
        const status = worstOf(parts);
        return json(status === 'failing' ? 503 : 200, { status, uptime_sec: uptimeSeconds(), version, parts: words });
      },
    },
    {
      method: 'GET',
      path: '/metrics',
      scope: 'read',
      answer: async () => {
        const etl = part.nats() ? await part.etl() : undefined;
        const known = etl !== undefined && isCurrent(etl, now()) ? etl : undefined;
        // Null: not known, as no ETL reports now.
        return json(200, {
          uptime_sec: uptimeSeconds(),
          points_written: known?.rowsStored ?? null,
          last_flush_rows: known?.lastFlushRows ?? null,
          rows_per_second: known?.rowsPerSecond ?? null,
        });
      },
    },
    {
      method: 'GET',
      path: '/metrics/prometheus',
      scope: 'read',
      answer: async () => ({ status: 200, headers: { 'content-type': metrics.contentType }, body: await metrics.metrics() }),
    },
  ];
}
