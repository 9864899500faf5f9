// Does something once a value has rested for a while. One timer at a time, which looks when the value last changed: to end and begin one at each
// change takes a part of each frame of a scroll.
import { useEffect, useRef } from 'react';

/** `act` is that of the last rendering. */
export function useSettled(act: () => void, value: string, restMs: number): void {
  const latest = useRef(act);
  latest.current = act;
  const changedMs = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // Dependencies: the value is what changes, and is not read
  useEffect(() => {
    changedMs.current = performance.now();
    const wait = (ms: number): void => {
      timer.current = setTimeout(() => {
        const left = changedMs.current + restMs - performance.now();
        if (left > 0) return wait(left);
        timer.current = undefined;
        latest.current();
      }, ms);
    };
    if (timer.current === undefined) wait(restMs);
  }, [value, restMs]);
  useEffect(() => {
    return () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    };
  }, []);
}
