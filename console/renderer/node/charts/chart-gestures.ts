// How a chart is moved: shift-drag and a sideways wheel pan, the wheel with Ctrl or ⌘ zooms, and keys do all of it.
import type uPlot from 'uplot';

export interface ChartGestures {
  /** A stretch was drawn, seconds. */
  onZoom(fromSeconds: number, toSeconds: number): void;
  /** The window moves under the hand; `onMoved` follows when it rests. */
  onMove(fromSeconds: number, toSeconds: number): void;
  onMoved(): void;
  onReset(): void;
}

const WHEEL_REST_MS = 250;
const ZOOM_A_NOTCH = 1.2;
const KEY_ZOOM = 2;

const PANNING = 'panning';
/** The cursor of no point. */
const NOWHERE = { left: -10, top: -10 };

/** Whether a hand moves the chart in `host` now. */
export function isPanned(host: HTMLElement): boolean {
  return host.querySelector(`.${PANNING}`) !== null;
}

/** Ends with the plot's own elements. */
export function listenToGestures(host: HTMLElement, plot: uPlot, gestures: ChartGestures): void {
  const bounds = (): [number, number] => [plot.scales['x']?.min ?? 0, plot.scales['x']?.max ?? 1];
  const secondsAPixel = (): number => (bounds()[1] - bounds()[0]) / plot.over.clientWidth;
  const move = (by: number): void => gestures.onMove(bounds()[0] + by, bounds()[1] + by);
  const zoom = (factor: number, share: number): void => {
    const [from, to] = bounds();
    const at = from + (to - from) * share;
    gestures.onMove(at - (at - from) / factor, at + (to - at) / factor);
  };

  // Its types do not tell of the third, which moves the cursor of the other charts too.
  const setCursor = plot.setCursor as (at: { left: number; top: number }, fire: boolean, publish: boolean) => void;

  plot.over.addEventListener('pointerdown', (event) => {
    if (!event.shiftKey || event.button !== 0) return;
    let x = event.clientX;
    plot.over.setPointerCapture(event.pointerId);
    plot.over.classList.add(PANNING);
    setCursor(NOWHERE, true, true);
    const drag = (moved: PointerEvent): void => {
      move((x - moved.clientX) * secondsAPixel());
      x = moved.clientX;
    };
    const end = (): void => {
      plot.over.removeEventListener('pointermove', drag);
      plot.over.classList.remove(PANNING);
      gestures.onMoved();
    };
    plot.over.addEventListener('pointermove', drag);
    plot.over.addEventListener('lostpointercapture', end, { once: true });
  });

  let rest: ReturnType<typeof setTimeout> | undefined;
  const onWheel = (event: WheelEvent): void => {
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : 0;
    const zooms = event.ctrlKey || event.metaKey;
    // The plain wheel scrolls the page of charts.
    if (!zooms && sideways === 0) return;
    event.preventDefault();
    if (zooms) zoom(event.deltaY < 0 ? ZOOM_A_NOTCH : 1 / ZOOM_A_NOTCH, event.offsetX / plot.over.clientWidth);
    else move(sideways * secondsAPixel());
    clearTimeout(rest);
    rest = setTimeout(() => gestures.onMoved(), WHEEL_REST_MS);
  };
  plot.over.addEventListener('wheel', onWheel, { passive: false });

  const moveCursor = (points: number): void => {
    const times = plot.data[0];
    const at = plot.cursor.idx ?? (points < 0 ? times.length : -1);
    const time = times[Math.max(0, Math.min(times.length - 1, at + points))];
    if (time !== undefined) setCursor({ left: plot.valToPos(time, 'x'), top: 10 }, true, true);
  };
  const span = (): number => bounds()[1] - bounds()[0];
  const settle = (act: () => void) => (): void => {
    act();
    gestures.onMoved();
  };
  const keys: Record<string, () => void> = {
    ArrowLeft: () => moveCursor(-1),
    ArrowRight: () => moveCursor(1),
    PageUp: settle(() => move(-span() / 2)),
    PageDown: settle(() => move(span() / 2)),
    '+': settle(() => zoom(KEY_ZOOM, 0.5)),
    '-': settle(() => zoom(1 / KEY_ZOOM, 0.5)),
    '0': () => gestures.onReset(),
  };
  host.onkeydown = (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key === '=' ? '+' : event.key];
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
}
