// Series as charts read them, whether the store answered them or a live frame brought them.

export interface PointFigures {
  mean: ArrayLike<number>;
  spread: { min: ArrayLike<number>; max: ArrayLike<number> } | null;
}

/** `times` in Unix seconds, rising; one figure a time. */
export interface Points {
  tags: Readonly<Record<string, string>>;
  times: ArrayLike<number>;
  fields: Readonly<Record<string, PointFigures>>;
}

/** Series of one stretch of time, as one answer gave them. */
export interface Part {
  /** What a point of it stands for. */
  stepSeconds: number;
  /** Rows as they were measured: only these prove that a node was silent. A roll-up and an answer that is not there yet do not. */
  raw: boolean;
  series: readonly Points[];
}

/** What to ask of one measurement. */
export interface SeriesWish {
  measurement: string;
  tags: Readonly<Record<string, string>>;
  fields: readonly string[];
}

/** What charts need: a wish each. */
export interface Asking {
  measurement: string;
  tags?: Readonly<Record<string, string>>;
  fields: readonly string[];
}

/** One wish for all that ask the same series of a measurement, with the fields of each. */
export function wishesOf(asking: readonly Asking[]): Map<string, SeriesWish> {
  const wishes = new Map<string, SeriesWish>();
  for (const { measurement, tags = {}, fields } of asking) {
    const key = wishKey(measurement, tags);
    const before = wishes.get(key)?.fields ?? [];
    wishes.set(key, { measurement, tags, fields: [...new Set([...before, ...fields])].sort() });
  }
  return wishes;
}

export function wishKey(measurement: string, tags: Readonly<Record<string, string>> = {}): string {
  return JSON.stringify([measurement, ...Object.entries(tags).sort()]);
}

/** What the coarsest points of all these stand for, seconds; 0 where there are none. */
export function coarsestStep(parts: readonly Part[]): number {
  return parts.reduce((coarsest, { series, stepSeconds }) => (series.length === 0 ? coarsest : Math.max(coarsest, stepSeconds)), 0);
}
