// Samples of one request with the same node, measurement, tags and time: they become one row, and of two values of one field the later one stays.
import type { PushSample } from '../../core/common/push-sample.ts';

/** Samples that lose a value to a later one of the request. */
export function countReplaced(samples: readonly PushSample[]): number {
  if (samples.length < 2) return 0;
  const rows = new Map<string, Record<string, number | string>>();
  let replaced = 0;
  for (const sample of samples) {
    const { nodeId, measurement, timeUs, tags, fields, metadata } = sample;
    const key = JSON.stringify([nodeId, measurement, timeUs, Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1))]);
    const values: Record<string, number | string> = { ...fields, ...(metadata === '' ? {} : { metadata }) };
    const before = rows.get(key);
    if (before !== undefined && Object.entries(values).some(([name, value]) => Object.hasOwn(before, name) && before[name] !== value))
      replaced++;
    rows.set(key, before === undefined ? values : { ...before, ...values });
  }
  return replaced;
}
