// Moves a plot along its axis of time as one moves a picture: what is drawn is shifted by whole pixels, and only the strip that came into view and
// the labels of the axis are drawn. A frame of panning costs what is new in it.
import type uPlot from 'uplot';

/** Beside the strip: lines that end in it are as thick as where they go on. */
const SEAM = 4;
/** Above and below the plot: a line at its edge is drawn half outside. */
const BLEED = 2;
/** Points drawn beside the strip, so that its lines come from where they do. */
const BESIDE = 2;

/** What of the context uPlot remembers to have set, and sets no more. */
const STYLES = [
  'strokeStyle',
  'fillStyle',
  'lineWidth',
  'lineJoin',
  'lineCap',
  'font',
  'textAlign',
  'textBaseline',
  'globalAlpha',
] as const;

export class PlotShift {
  readonly #plot: uPlot;
  /** Seconds at both ends of what is drawn; undefined where nothing is. */
  #drawn: readonly [number, number] | undefined;
  /** The points of the strip that is being drawn: first and last. */
  #strip: readonly [number, number] | undefined;

  constructor(plot: uPlot) {
    this.#plot = plot;
  }

  /** The plot was drawn over that stretch: all of it, or the strip that is drawn now. */
  drawn(fromSeconds: number, toSeconds: number): void {
    this.#drawn = [fromSeconds, toSeconds];
  }

  /** Of the points from `from` to `to` those that are to be drawn now, with neighbours where there are values. */
  within(from: number, to: number, column: ArrayLike<number | null | undefined>): [number, number] {
    if (this.#strip === undefined) return [from, to];
    let first = Math.max(from, this.#strip[0] - BESIDE);
    let last = Math.min(to, this.#strip[1] + BESIDE);
    while (first > from && column[first] == null) first--;
    while (last < to && column[last] == null) last++;
    return [first, last];
  }

  /**
   * Shifts to the stretch from `fromSeconds` on, to the nearest pixel, and gives the stretch that then shows; `draw` draws it within the clip that
   * stands. Undefined where all is to be drawn: another span, another scale, or nothing in common.
   */
  to(fromSeconds: number, toSeconds: number, draw: (bounds: [number, number]) => void): [number, number] | undefined {
    if (this.#drawn === undefined) return undefined;
    const [from, to] = this.#drawn;
    const { left, width } = this.#plot.bbox;
    const aPixel = (to - from) / width;
    if (Math.abs(toSeconds - fromSeconds - (to - from)) > aPixel / 2) return undefined;
    const pixels = Math.round((fromSeconds - from) / aPixel);
    if (pixels === 0) return [from, to];
    if (Math.abs(pixels) > width / 2) return undefined;
    const bounds: [number, number] = [from + pixels * aPixel, to + pixels * aPixel];
    const strip = pixels > 0 ? left + width - pixels : left;
    this.#move(-pixels);
    this.#clip(strip - SEAM, strip + Math.abs(pixels) + SEAM);
    this.#strip = pointsWithin(
      this.#plot.data[0],
      [-SEAM, Math.abs(pixels) + SEAM].map((at) => bounds[0] + (strip + at - left) * aPixel),
    );
    try {
      draw(bounds);
    } finally {
      this.#strip = undefined;
      this.#unclip();
    }
    return bounds;
  }

  #move(by: number): void {
    const { ctx, bbox } = this.#plot;
    const { left, top, width, height } = bbox;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top - BLEED, width, height + 2 * BLEED);
    ctx.clip();
    // What was outside of the plot comes in as nothing
    ctx.globalCompositeOperation = 'copy';
    ctx.globalAlpha = 1;
    ctx.drawImage(ctx.canvas, by, 0);
    ctx.restore();
    // What a line drew beyond the end that moved away
    ctx.clearRect(by < 0 ? left - BLEED : left + width, top - BLEED, BLEED, height + 2 * BLEED);
  }

  #clip(fromX: number, toX: number): void {
    const { ctx, bbox } = this.#plot;
    const x = Math.max(bbox.left - BLEED, fromX);
    const width = Math.min(bbox.left + bbox.width + BLEED, toX) - x;
    const below = bbox.top + bbox.height + BLEED;
    ctx.save();
    ctx.beginPath();
    ctx.rect(x, bbox.top - BLEED, width, bbox.height + 2 * BLEED);
    ctx.rect(0, below, ctx.canvas.width, ctx.canvas.height - below);
    ctx.clip();
  }

  /** Ends the clip and keeps the styles. */
  #unclip(): void {
    const { ctx } = this.#plot;
    const dash = ctx.getLineDash();
    const styles = STYLES.map((name) => [name, ctx[name]]);
    ctx.restore();
    Object.assign(ctx, Object.fromEntries(styles));
    ctx.setLineDash(dash);
  }
}

/** The points between two moments, and the next one where there is one. */
function pointsWithin(times: ArrayLike<number>, [from = 0, to = 0]: readonly number[]): [number, number] {
  return [firstFrom(times, from), Math.min(times.length - 1, firstFrom(times, to))];
}

/** Index of the first time that is not before `seconds`. */
function firstFrom(times: ArrayLike<number>, seconds: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}
