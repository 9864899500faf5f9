// The rows of finished windows, as one frame.
import type { FrameColumns } from '../../core/common/frame.ts';
import { maskText } from '../../core/common/mask-text.ts';
import type { ProbeSpec } from './probe-spec.ts';
import { PROBE_FIELDS, type ProbeWindow } from './probe-window.ts';

export const PROBE_MEASUREMENT = 'probe';
const TAGS = ['probe', 'target', 'kind', 'country', 'region', 'target_country', 'target_region', 'target_node'] as const;
/** Texts, not tags: they change and must not split a series. */
const TEXTS = ['method', 'error'] as const;

/** One finished window. */
export interface ProbeRow {
  timeUs: number;
  tags: readonly string[];
  values: readonly number[];
  texts: readonly string[];
}

/** Where the probing node is. */
export interface ProbeOrigin {
  readonly country: string;
  readonly region: string;
}

/** A target is stored without its secrets. `method` says by what the window was measured: `icmp`, or `tcp` in its place. */
export function toRow(spec: ProbeSpec, origin: ProbeOrigin, window: ProbeWindow, method: string, timeUs: number): ProbeRow {
  const { name, target, kind, targetCountry = '', targetRegion = '', targetNode = '' } = spec;
  const tags = [name, maskText(target), kind, origin.country, origin.region, targetCountry, targetRegion, targetNode];
  return { timeUs, tags, values: window.values(), texts: [method, window.error] };
}

/** Undefined where there are no rows. */
export function toProbeFrame(rows: readonly ProbeRow[]): FrameColumns | undefined {
  if (rows.length === 0) return undefined;
  const series: (readonly string[])[] = [];
  const indexOf = new Map<string, number>();
  const seriesIndex = rows.map(({ tags }) => {
    const key = tags.join('\0');
    let index = indexOf.get(key);
    if (index === undefined) {
      index = series.push(tags) - 1;
      indexOf.set(key, index);
    }
    return index;
  });
  const values = new Float64Array(rows.length * PROBE_FIELDS.length);
  for (const [row, { values: own }] of rows.entries()) {
    for (let field = 0; field < own.length; field++) values[field * rows.length + row] = own[field]!;
  }
  return {
    measurement: PROBE_MEASUREMENT,
    tags: TAGS,
    series,
    seriesIndex: Uint32Array.from(seriesIndex),
    timeUs: Float64Array.from(rows, (row) => row.timeUs),
    fields: PROBE_FIELDS,
    values,
    textFields: TEXTS,
    texts: rows.flatMap((row) => row.texts),
  };
}
