// One sample of every collector, with the reason of each that gives none.
import type { FrameColumns } from '../../core/common/frame.ts';
import type { Collector } from '../host/collector.ts';
import { HostClock, systemClock } from '../host/host-clock.ts';
import { CollectorSet } from '../sampling/collector-set.ts';

/** Rates take two readings. */
const BETWEEN_READINGS_MS = 1000;
/** Some collectors start a program of the machine. */
const LATE_LIMIT_MS = 8000;

export interface CollectorSample {
  collector: string;
  /** Rows of the newest reading. */
  rows: number;
  /** Tags and values of the first row. */
  first: Record<string, string | number>;
  /** Why there are no rows; or what of them could not be read. */
  reason: string;
  /** Has this machine no such thing? */
  absent: boolean;
}

export async function sampleOnce(collectors: readonly Collector[]): Promise<CollectorSample[]> {
  const reasons = new Map<string, { reason: string; absent: boolean }>();
  const note =
    (absent: boolean) =>
    (collector: string, reason: string): void =>
      void reasons.set(collector, { reason, absent });
  const set = new CollectorSet(collectors, {
    unavailable: note(false),
    absent: note(true),
    available: (collector) => void reasons.delete(collector),
    incomplete(collector, problem) {
      const { reason = '' } = reasons.get(collector) ?? {};
      note(false)(collector, reason === '' ? problem : `${reason}; ${problem}`);
    },
    capped: (collector, leftOut, cap) => note(false)(collector, `${leftOut} rows more than its cap of ${cap} are left out`),
  });
  const clock = new HostClock(systemClock, () => undefined);
  const frames = new Map<string, FrameColumns>();
  const read = async (): Promise<void> => {
    await within(set.run(clock.tick()), LATE_LIMIT_MS);
    for (const frame of set.take()) frames.set(frame.measurement, frame);
  };
  await read();
  await new Promise((resolve) => setTimeout(resolve, BETWEEN_READINGS_MS));
  await read();
  set.close();
  return collectors.map(({ measurement }) => {
    const { reason = '', absent = false } = reasons.get(measurement) ?? {};
    const frame = frames.get(measurement);
    if (frame !== undefined) return { collector: measurement, ...newestOf(frame), reason, absent };
    return { collector: measurement, rows: 0, first: {}, reason: reason || 'it gave no rows', absent };
  });
}

async function within(promise: Promise<unknown> | undefined, limitMs: number): Promise<void> {
  if (promise !== undefined) await Promise.race([promise, new Promise((resolve) => setTimeout(resolve, limitMs).unref())]);
}

function newestOf(frame: FrameColumns): Pick<CollectorSample, 'rows' | 'first'> {
  const count = frame.timeUs.length;
  const newestUs = frame.timeUs[count - 1];
  const start = frame.timeUs.indexOf(newestUs as number);
  const first: Record<string, string | number> = {};
  for (const [i, tag] of frame.tags.entries()) first[tag] = frame.series[frame.seriesIndex[start]!]?.[i] ?? '';
  for (const [i, field] of frame.fields.entries()) {
    const value = frame.values[i * count + start]!;
    if (!Number.isNaN(value)) first[field] = value;
  }
  return { rows: count - start, first };
}
