// The inner size of an element without its padding, as it changes.
import { type RefObject, useLayoutEffect, useState } from 'react';

export interface Size {
  width: number;
  height: number;
}

export function useSize(element: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const watched = element.current;
    if (watched === null) return;
    const measure = (): void =>
      setSize((before) => {
        const { paddingLeft, paddingRight, paddingTop, paddingBottom } = getComputedStyle(watched);
        const within = (size: number, ...paddings: string[]): number =>
          paddings.reduce((left, each) => left - Number.parseFloat(each), size);
        const next = {
          width: within(watched.clientWidth, paddingLeft, paddingRight),
          height: within(watched.clientHeight, paddingTop, paddingBottom),
        };
        return before.width === next.width && before.height === next.height ? before : next;
      });
    const observer = new ResizeObserver(measure);
    observer.observe(watched);
    measure();
    return () => observer.disconnect();
  }, [element]);
  return size;
}
