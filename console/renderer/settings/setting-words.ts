// The choices of the settings, in words.
import type { ThemeChoice } from '../state/theme.ts';
import type { CONTRASTS, MOTIONS, ZONES } from './settings.ts';

export const THEME_WORDS: Readonly<Record<ThemeChoice, string>> = { system: 'As the system', light: 'Light', dark: 'Dark' };
export const CONTRAST_WORDS: Readonly<Record<(typeof CONTRASTS)[number], string>> = {
  system: 'As the system',
  more: 'High',
  standard: 'Standard',
};
export const MOTION_WORDS: Readonly<Record<(typeof MOTIONS)[number], string>> = { system: 'As the system', reduce: 'None' };
export const ZONE_WORDS: Readonly<Record<(typeof ZONES)[number], string>> = { local: 'This machine’s', utc: 'UTC' };
