// Which action of the window the presses of keys mean: one press, or one after the other.
import { isPress, isSingle, KEY_ROWS, type Press } from './keys.ts';

const SECOND_PRESS_MS = 1200;

const COMBINATIONS = KEY_ROWS.filter(({ action }) => action !== '').flatMap(({ action, keys }) =>
  keys.map((combination) => ({ action, single: isSingle(combination), presses: combination.split(' ') })),
);

export class KeyReader {
  readonly #now: () => number;
  #first = '';
  #firstMs = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The action this press completes. `singles` false: only combinations with a modifier, and Esc. */
  read(press: Press, singles: boolean): string | undefined {
    const first = this.#now() - this.#firstMs <= SECOND_PRESS_MS ? this.#first : '';
    this.#first = '';
    const open = COMBINATIONS.filter(({ single }) => singles || !single);
    const second = open.find(({ presses }) => presses.length === 2 && presses[0] === first && isPress(press, presses[1]!));
    if (second !== undefined) return second.action;
    const begun = open.find(({ presses }) => presses.length === 2 && isPress(press, presses[0]!));
    if (begun !== undefined) {
      this.#first = begun.presses[0]!;
      this.#firstMs = this.#now();
      return undefined;
    }
    return open.find(({ presses }) => presses.length === 1 && isPress(press, presses[0]!))?.action;
  }
}
