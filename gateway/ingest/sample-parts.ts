// Cuts the samples of one node into as many batches as they need.
import type { FrameColumns } from '../../core/common/frame.ts';
import type { PushSample } from '../../core/common/push-sample.ts';
import { toFrames } from '../../core/common/sample-frames.ts';

/** By `weightOf`; frames of so few samples fit, whatever their names and fields. */
const SURELY_FIT = 128 * 1024;

/** In their order. A sample that is too large by itself stands alone. */
export function partsOf(samples: readonly PushSample[], fits: (frames: readonly FrameColumns[]) => boolean): (readonly PushSample[])[] {
  if (samples.length < 2 || weightOf(samples) < SURELY_FIT || fits(toFrames(samples))) return [samples];
  const middle = samples.length >> 1;
  return [samples.slice(0, middle), samples.slice(middle)].flatMap((half) => partsOf(half, fits));
}

/** At least what they take in a batch, but for the empty places of samples with few fields, whose number is bounded. */
function weightOf(samples: readonly PushSample[]): number {
  let weight = 0;
  for (const { measurement, tags, fields, metadata } of samples) {
    weight += 64 + (measurement.length + metadata.length) * 3;
    for (const [tag, value] of Object.entries(tags)) weight += (tag.length + value.length) * 3 + 8;
    for (const field of Object.keys(fields)) weight += field.length * 3 + 16;
  }
  return weight;
}
