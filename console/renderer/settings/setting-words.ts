// The choices of the settings, in words.
import type { ThemeChoice } from '../state/theme.ts';
import type { CONTRASTS, MOTIONS, ZONES } from './settings.ts';

export const THEME_WORDS: Readonly<Record<ThemeChoice, string>> = { system: 'System', light: 'Light', dark: 'Dark' };
export const CONTRAST_WORDS: Readonly<Record<(typeof CONTRASTS)[number], string>> = {
  system: 'System',
  more: 'High',
  standard: 'Standard',
};
export const MOTION_WORDS: Readonly<Record<(typeof MOTIONS)[number], string>> = { system: 'System', reduce: 'None' };
export const ZONE_WORDS: Readonly<Record<(typeof ZONES)[number], string>> = { local: 'Local', utc: 'UTC' };
