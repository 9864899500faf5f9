// The camera of one map: fitted to what there is until somebody moves it.
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { type Camera, type FitRoom, fitCamera, panned, toScreen, type ViewSize, zoomed } from './camera.ts';
import type { WorldPoint } from './mercator.ts';

/** How what is shown lies on the screen now. */
export interface MapView {
  camera: Camera;
  size: ViewSize;
  toScreen(point: WorldPoint): WorldPoint;
}

export interface CameraControl {
  view: MapView;
  /** Whether somebody moved it. */
  moved: boolean;
  /** Nearer or farther, around the middle where no spot is given. */
  zoom(factor: number, at?: WorldPoint): void;
  pan(byX: number, byY: number): void;
  /** Shows all again. */
  reset(): void;
}

const WORLD_ROOM: FitRoom = { x: 110, y: 44, least: 60 };

export function useCamera(host: RefObject<HTMLElement | null>, points: readonly WorldPoint[], room = WORLD_ROOM): CameraControl {
  const [size, setSize] = useState<ViewSize>({ width: 0, height: 0 });
  const [chosen, setChosen] = useState<Camera>();
  useLayoutEffect(() => {
    const element = host.current as HTMLElement;
    const measure = (): void => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [host]);
  const camera = chosen ?? fitCamera(points, size, room);
  const now = useRef({ camera, size });
  now.current = { camera, size };
  const zoom = useCallback((factor: number, at?: WorldPoint) => {
    const { size } = now.current;
    setChosen((chosen) => zoomed(chosen ?? now.current.camera, factor, at ?? { x: size.width / 2, y: size.height / 2 }, size));
  }, []);
  const pan = useCallback((byX: number, byY: number) => {
    setChosen((chosen) => panned(chosen ?? now.current.camera, byX, byY, now.current.size));
  }, []);
  const reset = useCallback(() => setChosen(undefined), []);
  // React listens to wheels passively: the page would scroll as well.
  useEffect(() => {
    const element = host.current as HTMLElement;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      zoom(2 ** (-event.deltaY / 300), { x: event.clientX - left, y: event.clientY - top });
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [host, zoom]);
  return { view: { camera, size, toScreen: (point) => toScreen(camera, point, size) }, moved: chosen !== undefined, zoom, pan, reset };
}
