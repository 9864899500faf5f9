// Which circle an arrow key leads to. Pure.

export interface Direction {
  x: -1 | 0 | 1;
  y: -1 | 0 | 1;
}

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

export function directionOf(key: string): Direction | undefined {
  return DIRECTIONS[key];
}

/** The nearest that way; what lies aside counts as farther. Undefined where nothing lies that way. */
export function neighbour<T extends { x: number; y: number }>(all: readonly T[], from: T, direction: Direction): T | undefined {
  let best: T | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of all) {
    const [x, y] = [candidate.x - from.x, candidate.y - from.y];
    const along = x * direction.x + y * direction.y;
    if (candidate === from || along <= 0) continue;
    const aside = Math.abs(x * direction.y) + Math.abs(y * direction.x);
    const weight = along + 2 * aside;
    if (weight >= least) continue;
    least = weight;
    best = candidate;
  }
  return best;
}
