// Where the cells of the heat map lie: one size in all groups, so that area is count, and the largest for which all groups fit.
// Groups keep their order and stand in columns; every way to cut them into columns is tried, by dynamic programming.

export interface HeatPlace {
  x: number;
  y: number;
  /** Cells in a row. */
  columns: number;
  width: number;
}

export interface HeatLayout {
  /** From one cell to the next; a pixel of it is the gap. */
  cell: number;
  groups: HeatPlace[];
  /** More than was given where even the smallest cells do not fit: then the page scrolls. */
  height: number;
}

export const HEAT_HEAD = 20;
const GAP_X = 20;
const GAP_Y = 14;
const MOST_CELL = 56;
const LEAST_CELL = 4;
/** A group's head needs room for its name. */
const LEAST_WIDTH = 190;
const MOST_HEIGHTS = 64;

/** `sizes` are the groups' counts, none 0. */
export function layoutHeat(sizes: readonly number[], width: number, height: number): HeatLayout {
  if (sizes.length === 0 || width < LEAST_WIDTH || height < HEAT_HEAD + LEAST_CELL) return { cell: LEAST_CELL, groups: [], height };
  for (let times = 1; ; times *= 2) {
    const room = height * times;
    // The whole number of pixels is what keeps the cells' edges sharp.
    let least = LEAST_CELL - 1;
    let most = MOST_CELL;
    while (least < most) {
      const middle = Math.ceil((least + most) / 2);
      if (cut(sizes, middle, width, room) === undefined) most = middle - 1;
      else least = middle;
    }
    const columns = least < LEAST_CELL ? undefined : cut(sizes, least, width, room);
    if (columns !== undefined && least < MOST_CELL) return spread(sizes, columns, least, width, room);
    if (columns !== undefined) return spreadFew(sizes, width, room);
    if (times >= MOST_HEIGHTS) return { cell: LEAST_CELL, groups: [], height };
  }
}

/** A few nodes in the largest cells stand side by side as far as the width goes, and not in one column below the other. */
function spreadFew(sizes: readonly number[], width: number, height: number): HeatLayout {
  let least = HEAT_HEAD + MOST_CELL;
  let enough = height;
  while (least < enough) {
    const middle = Math.floor((least + enough) / 2);
    if (cut(sizes, MOST_CELL, width, middle) === undefined) least = middle + 1;
    else enough = middle;
  }
  return spread(sizes, cut(sizes, MOST_CELL, width, enough) ?? [], MOST_CELL, width, enough);
}

interface Column {
  first: number;
  /** Behind the last. */
  end: number;
  columns: number;
}

/** The narrowest way to stand in columns of that height, undefined where it is too wide. */
function cut(sizes: readonly number[], cell: number, width: number, height: number): Column[] | undefined {
  const best: { width: number; column: Column | undefined }[] = [{ width: 0, column: undefined }];
  for (let end = 1; end <= sizes.length; end++) {
    let narrowest = Number.POSITIVE_INFINITY;
    let chosen: Column | undefined;
    for (let first = end - 1; first >= 0; first--) {
      const heads = (end - first) * (HEAT_HEAD + cell) + (end - first - 1) * GAP_Y;
      if (heads > height) break;
      const columns = cellsAcross(sizes, first, end, cell, width, height);
      const before = best[first]?.width ?? Number.POSITIVE_INFINITY;
      const total = before + (first > 0 ? GAP_X : 0) + Math.max(columns * cell, LEAST_WIDTH);
      if (total < narrowest) {
        narrowest = total;
        chosen = { first, end, columns };
      }
    }
    best.push({ width: narrowest, column: chosen });
  }
  if ((best[sizes.length]?.width ?? Number.POSITIVE_INFINITY) > width) return undefined;
  const columns: Column[] = [];
  for (let end = sizes.length; end > 0; ) {
    const column = best[end]?.column;
    if (column === undefined) return undefined;
    columns.unshift(column);
    end = column.first;
  }
  return columns;
}

/** The fewest cells in a row with which those groups are not higher than allowed. */
function cellsAcross(sizes: readonly number[], first: number, end: number, cell: number, width: number, height: number): number {
  const most = Math.floor(width / cell) + 1;
  let least = 1;
  let enough = most;
  while (least < enough) {
    const middle = Math.floor((least + enough) / 2);
    if (heightOf(sizes, first, end, cell, middle) <= height) enough = middle;
    else least = middle + 1;
  }
  return heightOf(sizes, first, end, cell, enough) <= height ? enough : Number.POSITIVE_INFINITY;
}

function heightOf(sizes: readonly number[], first: number, end: number, cell: number, columns: number): number {
  let height = GAP_Y * (end - first - 1);
  for (let i = first; i < end; i++) height += HEAT_HEAD + Math.ceil(sizes[i]! / columns) * cell;
  return height;
}

/** What is left over goes between columns and groups, within measure; a column uses the width its neighbours leave. */
function spread(sizes: readonly number[], columns: readonly Column[], cell: number, width: number, height: number): HeatLayout {
  const widths = columns.map((column) => {
    return Math.max(Math.min(column.columns, mostOf(sizes, column)) * cell, LEAST_WIDTH);
  });
  const used = widths.reduce((sum, each) => sum + each, 0);
  const gap = columns.length > 1 ? Math.min(GAP_X * 3, (width - used) / (columns.length - 1)) : 0;
  const groups: HeatPlace[] = [];
  let x = 0;
  let lowest = 0;
  columns.forEach((column, index) => {
    const own = widths[index]!;
    const across = Math.max(column.columns, Math.floor(own / cell));
    const spare = height - heightOf(sizes, column.first, column.end, cell, across);
    const apart = GAP_Y + Math.max(0, Math.min(GAP_Y, spare / Math.max(1, column.end - column.first - 1)));
    let y = 0;
    for (let i = column.first; i < column.end; i++) {
      groups.push({ x: Math.round(x), y: Math.round(y), columns: across, width: own });
      y += HEAT_HEAD + Math.ceil(sizes[i]! / across) * cell;
      lowest = Math.max(lowest, y);
      y += apart;
    }
    x += own + gap;
  });
  return { cell, groups, height: Math.max(Math.min(height, Math.ceil(lowest)), 0) };
}

function mostOf(sizes: readonly number[], { first, end }: Column): number {
  let most = 0;
  for (let i = first; i < end; i++) most = Math.max(most, sizes[i]!);
  return most;
}

/** The tip's, at most, with its distance from the cell; pixels. */
const TIP_HEIGHT = 72;

/**
 * Whether the tip of a cell at `y` stands above it: below the last rows it would stand out of the map of that height, which would get a scroll bar
 * and be laid out anew at each move of the pointer.
 */
export function standsAbove(y: number, side: number, height: number): boolean {
  return y + side + TIP_HEIGHT > height && y >= TIP_HEIGHT;
}
