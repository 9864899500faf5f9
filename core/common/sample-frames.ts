// Turns samples of one node into frames: one for each set of names, column-wise.
import type { FrameColumns } from './frame.ts';
import type { PushSample } from './push-sample.ts';

/** The text column of what a sample brings beside its numbers. */
const METADATA = 'metadata';
/** Of a frame whose values are few: as many fit into a batch. */
const MOST_VALUES = 16_384;

/** Samples with the same measurement and tag names share a frame; a field that one of them lacks is absent there. */
export function toFrames(samples: readonly PushSample[]): FrameColumns[] {
  const groups = new Map<string, PushSample[]>();
  for (const sample of samples) {
    const key = [sample.measurement, sample.metadata !== '', ...Object.keys(sample.tags).sort()].join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [sample]);
    else group.push(sample);
  }
  return [...groups.values()].flatMap((group) => (isSparse(group) ? byFields(group) : [group])).map(toFrame);
}

/** Each of many samples with other fields: a column for every field in every row would be the square of what was sent. */
function isSparse(samples: readonly PushSample[]): boolean {
  const fields = new Set<string>();
  let values = 0;
  for (const sample of samples) {
    for (const field of Object.keys(sample.fields)) {
      fields.add(field);
      values++;
    }
  }
  return fields.size * samples.length > MOST_VALUES + values * 2;
}

function byFields(samples: readonly PushSample[]): PushSample[][] {
  const groups = new Map<string, PushSample[]>();
  for (const sample of samples) {
    const key = Object.keys(sample.fields).sort().join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [sample]);
    else group.push(sample);
  }
  return [...groups.values()];
}

function toFrame(samples: readonly PushSample[]): FrameColumns {
  const first = samples[0] as PushSample;
  const tags = Object.keys(first.tags).sort();
  const fields = [...new Set(samples.flatMap((sample) => Object.keys(sample.fields)))];
  const rows = samples.length;
  const values = new Float64Array(fields.length * rows);
  const series: string[][] = [];
  const indexOf = new Map<string, number>();
  const seriesIndex = new Uint32Array(rows);
  for (const [row, sample] of samples.entries()) {
    for (const [column, field] of fields.entries())
      values[column * rows + row] = Object.hasOwn(sample.fields, field) ? sample.fields[field]! : Number.NaN;
    const tagValues = tags.map((tag) => sample.tags[tag]!);
    const key = tagValues.join('\0');
    let index = indexOf.get(key);
    if (index === undefined) {
      index = series.push(tagValues) - 1;
      indexOf.set(key, index);
    }
    seriesIndex[row] = index;
  }
  const hasMetadata = first.metadata !== '';
  return {
    measurement: first.measurement,
    ...{ tags, series, seriesIndex, fields, values },
    timeUs: Float64Array.from(samples, (sample) => sample.timeUs),
    textFields: hasMetadata ? [METADATA] : [],
    texts: hasMetadata ? samples.map((sample) => sample.metadata) : [],
  };
}
