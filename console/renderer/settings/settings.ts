// What an operator sets for this console, beside the theme: kept in this window's storage, the same in all windows.
import { createPreference } from '../state/preferences.ts';

/** A parser that lets in exactly these words. */
export function oneOf<T extends string>(words: readonly T[]): (kept: unknown) => T | undefined {
  return (kept) => words.find((word) => word === kept);
}

const truth = (kept: unknown): boolean | undefined => (typeof kept === 'boolean' ? kept : undefined);

export const CONTRASTS = ['system', 'more', 'standard'] as const;
export const contrast = createPreference<(typeof CONTRASTS)[number]>('contrast', 'system', oneOf(CONTRASTS));

export const MOTIONS = ['system', 'reduce'] as const;
export const motion = createPreference<(typeof MOTIONS)[number]>('motion', 'system', oneOf(MOTIONS));

export const ZONES = ['local', 'utc'] as const;
export const zone = createPreference<(typeof ZONES)[number]>('zone', 'local', oneOf(ZONES));

/** Whether letters and signs alone are keys: who dictates, or has a cat, does without. */
export const singleKeys = createPreference('keys.single', true, truth);
