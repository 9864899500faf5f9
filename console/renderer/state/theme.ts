// Light, dark, or as the system says. Kept in this browser's storage.
import { Store } from './store.ts';

export type ThemeChoice = 'system' | 'light' | 'dark';
export type Theme = 'light' | 'dark';

const KEY = 'muster.theme';

export class ThemeState {
  readonly choice: Store<ThemeChoice>;
  /** What is shown now; on the root element too. */
  readonly theme: Store<Theme>;
  readonly #system = matchMedia('(prefers-color-scheme: dark)');

  constructor() {
    const kept = localStorage.getItem(KEY);
    this.choice = new Store<ThemeChoice>(kept === 'light' || kept === 'dark' ? kept : 'system');
    this.theme = new Store<Theme>('dark');
    this.#system.addEventListener('change', () => this.#apply());
    this.#apply();
  }

  /** system → light → dark → system. */
  next(): void {
    const order: ThemeChoice[] = ['system', 'light', 'dark'];
    const choice = order[(order.indexOf(this.choice.get()) + 1) % order.length] as ThemeChoice;
    localStorage.setItem(KEY, choice);
    this.choice.set(choice);
    this.#apply();
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
