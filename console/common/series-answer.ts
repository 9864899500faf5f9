// The history of one measurement of a node, as the gateway answered it: means with their least and most, in steps of one length.

/** Numbers of one field, one for each time of its series; NaN where there was none. */
export interface SeriesFigures {
  mean: Float64Array;
  /** Null where no step holds more than one row: the mean is the value itself. */
  spread: { min: Float64Array; max: Float64Array } | null;
}

export interface SeriesPoints {
  tags: Readonly<Record<string, string>>;
  /** Begin of each step that has rows, Unix seconds, rising. */
  times: Float64Array;
  fields: Readonly<Record<string, SeriesFigures>>;
}

export interface SeriesAnswer {
  /** `raw`, `1m` or `1h`: the coarsest that was used. */
  tier: string;
  stepSeconds: number;
  series: SeriesPoints[];
}
