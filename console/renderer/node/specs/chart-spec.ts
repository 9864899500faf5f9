// What a chart of a node is: which measurement, which of its fields and series are its lines, in which unit and shape.

export interface LineSpec {
  label: string;
  field: string;
  /** Number of the series colour, 1 to 8. */
  color: number;
  /** Only series with these tags. */
  tags?: Readonly<Record<string, string>>;
  /** All series that match as one line; left out, the first of them. */
  over?: 'sum' | 'max';
  /** Drawn below the axis. */
  mirrored?: boolean;
  filled?: boolean;
}

export interface ChartSpec {
  key: string;
  title: string;
  unit: string;
  decimals: number;
  measurement: string;
  lines: readonly LineSpec[];
  /** A line for each value of the tag instead of `lines`: those with the highest values. With `mirrored`, that field hangs below the axis. */
  each?: { tag: string; field: string; mirrored?: string };
  /** Only series with these tags are asked for. */
  tags?: Readonly<Record<string, string>>;
  /** A series with one of these values as any tag is left out. */
  except?: readonly string[];
  /** Only what is a device of its own, by the field `physical`; all where the data do not say so. Otherwise a bridge counts what its ports count. */
  physical?: boolean;
  /** From the stored unit to the shown one. */
  scale: number;
  /** Lines stand on one another. */
  stacked?: boolean;
  /** Top of the scale; left out, the values decide. */
  max?: number;
  /** Shown only where a node has such values. */
  optional?: boolean;
  /** With `optional`: whether the newest value of each line says that there is such a thing. */
  present?(newest: readonly number[]): boolean;
}

/** 1 for a device of its own, 0 for one that lies on others. Data of older agents do not have it. */
export const PHYSICAL = 'physical';

export const GIB = 1 / 2 ** 30;
export const MIB = 1 / 2 ** 20;
export const MEGABIT = 8 / 1e6;

/** What is most often so: no scale, one decimal. */
export function chart(
  key: string,
  title: string,
  unit: string,
  measurement: string,
  lines: readonly LineSpec[],
  more: Partial<ChartSpec> = {},
): ChartSpec {
  return { key, title, unit, measurement, lines, decimals: 1, scale: 1, ...more };
}

export function line(label: string, field: string, color: number, more: Partial<LineSpec> = {}): LineSpec {
  return { label, field, color, ...more };
}

/** Two directions of one thing: above and below one axis. */
export function twoWays(labels: readonly [string, string], fields: readonly [string, string], more: Partial<LineSpec> = {}): LineSpec[] {
  return [
    line(labels[0], fields[0], 7, { filled: true, ...more }),
    line(labels[1], fields[1], 2, { filled: true, mirrored: true, ...more }),
  ];
}

/** A line for each value of a tag, only where there is such a measurement. */
export function eachOf(
  key: string,
  title: string,
  unit: string,
  measurement: string,
  each: NonNullable<ChartSpec['each']>,
  more: Partial<ChartSpec> = {},
): ChartSpec {
  return chart(key, title, unit, measurement, [], { each, optional: true, ...more });
}
