// Acts on the window's keys: reads them by the table of keys.ts and runs the action they name.
import { useEffect } from 'react';
import { singleKeys } from '../settings/settings.ts';
import { useConsole } from '../state/console-state.ts';
import { KeyReader } from './key-reader.ts';
import { keyWords } from './keys.ts';
import { windowActions } from './window-actions.tsx';

/** `⌘K` on a Mac, `Ctrl K` elsewhere. */
export function keyName(key: string): string {
  return keyWords(`Mod+${key}`);
}

/** Keys that hold while somebody types, too. */
const WHILE_TYPING = ['palette', 'go-settings'];

export function useWindowKeys(): void {
  const state = useConsole();
  useEffect(() => {
    const reader = new KeyReader();
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || event.repeat) return;
      const action = reader.read(event, singleKeys.get() && !isTyping(event.target));
      if (action === undefined) return;
      const busy = isTyping(event.target) || document.querySelector('dialog[open]') !== null;
      if (busy && !WHILE_TYPING.includes(action)) return;
      const found = windowActions(state).find(({ id }) => id === action);
      if (found === undefined) return;
      if (found.run() !== false) event.preventDefault();
    };
    /** The side buttons of a mouse: a browser acts on them itself, a window of ours does not. */
    const onMouse = (event: MouseEvent): void => {
      if (state.desk.get()?.surface !== 'window') return;
      if (event.button === 3) history.back();
      if (event.button === 4) history.forward();
    };
    window.addEventListener('keydown', onKey);
    window.addEventListener('mouseup', onMouse);
    return () => {
      window.removeEventListener('keydown', onKey);
      window.removeEventListener('mouseup', onMouse);
    };
  }, [state]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.shadowRoot !== null)
  );
}
