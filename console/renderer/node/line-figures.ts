// One figure of a chart's lines at one time. NaN where no line has a value there: that is unknown, and not nothing. Pure.

type Lines = readonly (number | null)[];

export function firstOf(lines: Lines): number {
  return lines[0] ?? Number.NaN;
}

export function sumOfLines(lines: Lines): number {
  const values = known(lines);
  return values.length === 0 ? Number.NaN : values.reduce((total, value) => total + value, 0);
}

export function highestOf(lines: Lines): number {
  const values = known(lines);
  return values.length === 0 ? Number.NaN : Math.max(...values);
}

function known(lines: Lines): number[] {
  return lines.filter((value): value is number => value !== null && !Number.isNaN(value));
}
