// The ground of every map: land and water, moved by wheel, drag and keys. What stands on it is drawn by its children.
import { Maximize2, Minus, Plus } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, type ReactNode, useLayoutEffect, useRef } from 'react';
import { useConsole } from '../state/console-state.ts';
import { useLook } from '../state/look.ts';
import { useStore } from '../state/store.ts';
import type { FitRoom } from './camera.ts';
import type { WorldPoint } from './mercator.ts';
import { paintLand } from './paint-land.ts';
import { type MapView, useCamera } from './use-camera.ts';
import { useWorldLand } from './world-land.ts';

interface Props {
  /** What the map shows, in words. */
  label: string;
  /** What has to be in view at first. */
  points: readonly WorldPoint[];
  room?: FitRoom;
  children: (view: MapView) => ReactNode;
}

/** From here on the coarse outlines look like polygons. */
const FINE_FROM = 3;
const KEY_STEP = 60;
const ZOOM_STEP = Math.SQRT2;

export function MapSurface({ label, points, room, children }: Props) {
  const { theme } = useConsole();
  const shownTheme = useStore(theme.theme);
  const look = useLook();
  const host = useRef<HTMLFieldSetElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { view, moved, zoom, pan, reset } = useCamera(host, points, room);
  const { camera, size } = view;
  const { land, problem } = useWorldLand(camera.pixelsPerUnit >= FINE_FROM ? 'fine' : 'coarse');
  useLayoutEffect(() => {
    if (size.width > 0) paintLand(canvas.current as HTMLCanvasElement, land, camera, size, shownTheme);
  }, [land, camera.x, camera.y, camera.pixelsPerUnit, size, shownTheme, look]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = KEYS[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act({ zoom, pan, reset });
  };
  return (
    <fieldset className="map-surface" aria-label={label} ref={host} onKeyDown={onKeyDown} {...useDrag(pan)}>
      <canvas ref={canvas} />
      {size.width > 0 && children(view)}
      {problem !== '' && <p className="map-problem small late">Outlines of the world are missing: {problem}</p>}
      <div className="map-tools">
        <button type="button" className="icon-button" aria-label="Zoom in" title="Zoom in, +" onClick={() => zoom(ZOOM_STEP)}>
          <Plus size={14} strokeWidth={1.6} />
        </button>
        <button type="button" className="icon-button" aria-label="Zoom out" title="Zoom out, −" onClick={() => zoom(1 / ZOOM_STEP)}>
          <Minus size={14} strokeWidth={1.6} />
        </button>
        <button type="button" className="icon-button" aria-label="Show all" title="Show all, 0" disabled={!moved} onClick={reset}>
          <Maximize2 size={13} strokeWidth={1.6} />
        </button>
      </div>
    </fieldset>
  );
}

interface Moves {
  zoom(factor: number): void;
  pan(byX: number, byY: number): void;
  reset(): void;
}

const KEYS: Readonly<Record<string, (moves: Moves) => void>> = {
  '+': ({ zoom }) => zoom(ZOOM_STEP),
  '=': ({ zoom }) => zoom(ZOOM_STEP),
  '-': ({ zoom }) => zoom(1 / ZOOM_STEP),
  '0': ({ reset }) => reset(),
  ArrowLeft: ({ pan }) => pan(-KEY_STEP, 0),
  ArrowRight: ({ pan }) => pan(KEY_STEP, 0),
  ArrowUp: ({ pan }) => pan(0, -KEY_STEP),
  ArrowDown: ({ pan }) => pan(0, KEY_STEP),
};

/** Buttons on the map keep their own clicks. */
function useDrag(pan: (byX: number, byY: number) => void) {
  const last = useRef<WorldPoint | null>(null);
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>): void => {
      if (event.button !== 0 || (event.target as Element).closest('button, a') !== null) return;
      last.current = { x: event.clientX, y: event.clientY };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>): void => {
      if (last.current === null) return;
      pan(last.current.x - event.clientX, last.current.y - event.clientY);
      last.current = { x: event.clientX, y: event.clientY };
    },
    onPointerUp: (): void => {
      last.current = null;
    },
    onPointerCancel: (): void => {
      last.current = null;
    },
  };
}
