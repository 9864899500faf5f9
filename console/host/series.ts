// GetSeries for the console: the frames of an answer put together, the spread left out where it says nothing.
import { MusterError } from '../../core/common/muster-error.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { SeriesField, SeriesFrame } from '../../proto/gen/messages.ts';
import type { RequestArguments } from '../common/console-api.ts';
import type { SeriesAnswer, SeriesFigures, SeriesPoints } from '../common/series-answer.ts';

const TIMEOUT_MS = 33_000;

/** Ends early when the signal aborts, as `cancelled`. */
export async function getSeries(gateway: FleetClient, args: RequestArguments<'getSeries'>, signal?: AbortSignal): Promise<SeriesAnswer> {
  const { nodeId, measurement, tags, fields, fromMs, toMs, maxPoints } = args;
  const request = { nodeId, measurement, tags, fields: [...fields], fromUs: fromMs * 1000, toUs: toMs * 1000, maxPoints };
  const frames: SeriesFrame[] = [];
  for await (const frame of gateway.stream('getSeries', request, { timeoutMs: TIMEOUT_MS, signal })) frames.push(frame);
  if (signal?.aborted) throw new MusterError('cancelled', 'the series is no longer wanted');
  return toSeriesAnswer(frames);
}

/** Frames in the order they came: the plan first; one of the same tags goes on with the fields of the series before it. */
export function toSeriesAnswer(frames: readonly SeriesFrame[]): SeriesAnswer {
  const plan = frames.find((frame) => frame.plan)?.plan;
  const byTags = new Map<string, SeriesPoints & { fields: Record<string, SeriesFigures> }>();
  for (const frame of frames) {
    if (frame.fields.length === 0) continue;
    const key = JSON.stringify(Object.entries(frame.tags).sort());
    let points = byTags.get(key);
    if (points === undefined) {
      points = { tags: frame.tags, times: Float64Array.from(frame.timesUs, (us) => us / 1e6), fields: {} };
      byTags.set(key, points);
    }
    for (const field of frame.fields) points.fields[field.name] = toFigures(field);
  }
  return { tier: plan?.tier ?? 'raw', stepSeconds: (plan?.stepUs ?? 1e6) / 1e6, series: [...byTags.values()] };
}

function toFigures({ mean, min, max, count }: SeriesField): SeriesFigures {
  const spreads = count.some((rows) => rows > 1);
  return { mean: Float64Array.from(mean), spread: spreads ? { min: Float64Array.from(min), max: Float64Array.from(max) } : null };
}
