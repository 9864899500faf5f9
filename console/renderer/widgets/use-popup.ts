// A menu or form that floats over the page while it is open.
import { type RefObject, useEffect } from 'react';

/** While open: the first element that `first` chooses has the focus, and a press outside of `place` closes. */
export function usePopup(place: RefObject<HTMLElement | null>, open: boolean, first: string, close: () => void): void {
  // Dependencies: what closes is asked for at the press, not when it opened
  useEffect(() => {
    if (!open) return;
    place.current?.querySelector<HTMLElement>(first)?.focus();
    const onPointer = (event: PointerEvent): void => {
      if (!place.current?.contains(event.target as Element)) close();
    };
    window.addEventListener('pointerdown', onPointer);
    return () => window.removeEventListener('pointerdown', onPointer);
  }, [open]);
}
