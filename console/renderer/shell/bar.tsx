// The bar: back and forward, the search that opens the palette, the window's time, the theme.

import { ChevronLeft, ChevronRight, Monitor, Moon, Search, Sun } from 'lucide-react';
import { memo } from 'react';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import type { ThemeChoice } from '../state/theme.ts';
import { keyWords } from './keys.ts';
import { TimeControl } from './time-control.tsx';

const THEME_ICONS = { system: Monitor, light: Sun, dark: Moon };
const THEME_WORDS: Record<ThemeChoice, string> = { system: 'system', light: 'light', dark: 'dark' };

function BarNow() {
  const { paletteOpen, theme } = useConsole();
  const choice = useStore(theme.choice);
  const ThemeIcon = THEME_ICONS[choice];
  return (
    <header className="bar">
      <button
        type="button"
        className="icon-button"
        style={{ marginRight: -8 }}
        title="Back"
        aria-label="Back"
        onClick={() => history.back()}
      >
        <ChevronLeft size={16} strokeWidth={1.6} />
      </button>
      <button type="button" className="icon-button" title="Forward" aria-label="Forward" onClick={() => history.forward()}>
        <ChevronRight size={16} strokeWidth={1.6} />
      </button>
      <button type="button" className="search" onClick={() => paletteOpen.set(true)}>
        <Search size={14} strokeWidth={1.6} />
        <span className="cut">Search nodes and actions…</span>
        <kbd>{keyWords('Mod+K')}</kbd>
      </button>
      <span className="grow" />
      <TimeControl />
      <button
        type="button"
        className="icon-button"
        title={`Theme: ${THEME_WORDS[choice]}`}
        aria-label={`Theme: ${THEME_WORDS[choice]}`}
        onClick={() => theme.next()}
      >
        <ThemeIcon size={16} strokeWidth={1.6} />
      </button>
    </header>
  );
}

/** It hears of what it shows by itself: a letter in the filter is none of it. */
export const Bar = memo(BarNow);
