// Settings, as the palette offers them: each choice that is not the one in use.
import { SlidersHorizontal } from 'lucide-react';
import { CONTRAST_WORDS, MOTION_WORDS, THEME_WORDS, ZONE_WORDS } from '../settings/setting-words.ts';
import { CONTRASTS, contrast, MOTIONS, motion, singleKeys, ZONES, zone } from '../settings/settings.ts';
import type { ConsoleState } from '../state/console-state.ts';
import type { Store } from '../state/store.ts';
import { THEME_CHOICES } from '../state/theme.ts';
import type { PaletteEntry } from './palette-entry.ts';

export function settingEntries({ theme }: ConsoleState): PaletteEntry[] {
  return [
    ...choices('Theme', theme.choice, THEME_CHOICES, THEME_WORDS),
    ...choices('Contrast', contrast, CONTRASTS, CONTRAST_WORDS),
    ...choices('Motion', motion, MOTIONS, MOTION_WORDS),
    ...choices('Time zone', zone, ZONES, ZONE_WORDS),
    singleKeys.get()
      ? entry('Single keys: off', 'only keys with Ctrl', () => singleKeys.set(false))
      : entry('Single keys: on', '', () => singleKeys.set(true)),
  ];
}

function choices<T extends string>(what: string, store: Store<T>, all: readonly T[], words: Readonly<Record<T, string>>): PaletteEntry[] {
  const now = store.get();
  return all
    .filter((choice) => choice !== now)
    .map((choice) => entry(`${what}: ${words[choice].toLowerCase()}`, `now ${words[now].toLowerCase()}`, () => store.set(choice)));
}

function entry(name: string, detail: string, run: () => void): PaletteEntry {
  const mark = <SlidersHorizontal size={14} strokeWidth={1.6} className="t3" aria-hidden="true" />;
  return { id: `setting ${name}`, group: 'Settings', name, detail, mark, run };
}
