// Keys of the whole window: the palette, back to live, the filter line.
import { useEffect } from 'react';
import { useConsole } from '../state/console-state.ts';

export const ON_MAC = /Mac/.test(navigator.platform);

/** `⌘K` on a Mac, `Ctrl K` elsewhere. */
export function keyName(key: string): string {
  return ON_MAC ? `⌘${key}` : `Ctrl ${key}`;
}

export function useWindowKeys(): void {
  const { paletteOpen, time, returnToLive } = useConsole();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        paletteOpen.set(!paletteOpen.get());
        return;
      }
      if (event.defaultPrevented || isTyping(event.target)) return;
      if (event.key === 'Escape') {
        if (time.get().kind === 'past') returnToLive();
      } else if (event.key === '/') {
        const filter = document.querySelector<HTMLInputElement>('[data-filter-line]');
        if (filter !== null) {
          event.preventDefault();
          filter.focus();
          filter.select();
        }
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [paletteOpen, time, returnToLive]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.shadowRoot !== null)
  );
}
