// Light, dark, or as the system says.
import { createPreference } from './preferences.ts';
import { Store } from './store.ts';

export const THEME_CHOICES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];
export type Theme = 'light' | 'dark';

export class ThemeState {
  readonly choice = createPreference<ThemeChoice>('theme', 'system', (kept) => THEME_CHOICES.find((choice) => choice === kept));
  /** What is shown now; on the root element too. */
  readonly theme = new Store<Theme>('dark');
  readonly #system = matchMedia('(prefers-color-scheme: dark)');

  constructor() {
    this.#system.addEventListener('change', () => this.#apply());
    this.choice.subscribe(() => this.#apply());
    this.#apply();
  }

  /** system → light → dark → system. */
  next(): void {
    this.choice.set(THEME_CHOICES[(THEME_CHOICES.indexOf(this.choice.get()) + 1) % THEME_CHOICES.length] as ThemeChoice);
  }

  #apply(): void {
    const choice = this.choice.get();
    const theme = choice === 'system' ? (this.#system.matches ? 'dark' : 'light') : choice;
    document.documentElement.dataset['theme'] = theme;
    this.theme.set(theme);
  }
}

/** The value of a colour token in the theme shown now. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
