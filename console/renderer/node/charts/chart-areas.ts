// What is filled between two columns of a plot, each as one polygon. uPlot's own bands clip by a path, which costs more than all lines together.
import type uPlot from 'uplot';

export interface ChartArea {
  /** Columns of the plot's data; `low` is absent where the area stands on the axis. */
  low?: number;
  high: number;
  fill: string;
}

/** Fills the area from the point `from` to the point `to`, both included; a gap of either column is a gap. */
export function drawArea(plot: uPlot, { low, high, fill }: ChartArea, from: number, to: number): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = fill;
  ctx.fill(areaPath(plot, low, high, from, to));
  ctx.restore();
}

function areaPath({ data, scales, bbox }: uPlot, low: number | undefined, high: number, from: number, to: number): Path2D {
  const path = new Path2D();
  const { x, y } = scales;
  if (x?.min == null || x.max == null || y?.min == null || y.max == null) return path;
  const [fromX, aSecond] = [x.min, bbox.width / (x.max - x.min)];
  const [toY, aUnit] = [y.max, bbox.height / (y.max - y.min)];
  const toPixelY = (value: number): number => bbox.top + (toY - value) * aUnit;
  const times = data[0];
  const tops = data[high] ?? [];
  const floors = low === undefined ? undefined : data[low];
  let begin = -1;
  for (let i = from; i <= to + 1; i++) {
    const top = i > to ? null : tops[i];
    const floor = i > to ? null : floors === undefined ? 0 : floors[i];
    if (top != null && floor != null) {
      const left = bbox.left + (times[i]! - fromX) * aSecond;
      if (begin < 0) path.moveTo(left, toPixelY(top));
      else path.lineTo(left, toPixelY(top));
      if (begin < 0) begin = i;
      continue;
    }
    if (begin < 0) continue;
    for (let back = i - 1; back >= begin; back--) {
      const left = bbox.left + (times[back]! - fromX) * aSecond;
      path.lineTo(left, toPixelY(floors === undefined ? 0 : floors[back]!));
    }
    path.closePath();
    begin = -1;
  }
  return path;
}
