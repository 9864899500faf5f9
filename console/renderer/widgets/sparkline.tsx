// A line of a few dozen values without axes. A gap stays a gap.

/** `low` and `high` fix the scale; left out, the values' own reach is used. */
export function sparklinePath(values: ArrayLike<number>, width: number, height: number, low?: number, high?: number): string {
  let least = low ?? Number.POSITIVE_INFINITY;
  let most = high ?? Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const reach = most - least || 1;
  const step = values.length > 1 ? width / (values.length - 1) : width;
  let path = '';
  let drawing = false;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      drawing = false;
      continue;
    }
    const y = height - 1 - ((height - 2) * (value - least)) / reach;
    const alone = !drawing && Number.isNaN(values[i + 1] ?? Number.NaN);
    path += `${drawing ? 'L' : 'M'}${(i * step).toFixed(1)} ${y.toFixed(1)}${alone ? 'h1' : ''}`;
    drawing = true;
  }
  return path;
}

interface Props {
  values: ArrayLike<number> | undefined;
  width: number;
  height: number;
  low?: number;
  high?: number;
  className?: string;
  /** Fills the width of its place instead of having its own. */
  stretch?: boolean;
}

export function Sparkline({ values, width, height, low, high, className = 'mute', stretch = false }: Props) {
  const path = values === undefined ? '' : sparklinePath(values, width, height, low, high);
  return (
    <svg
      className={className}
      width={stretch ? '100%' : width}
      height={height}
      {...(stretch ? { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none' } : {})}
      aria-hidden="true"
    >
      <path
        d={path}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.2"
        strokeLinejoin="round"
        vectorEffect={stretch ? 'non-scaling-stroke' : undefined}
      />
    </svg>
  );
}
