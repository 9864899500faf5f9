// Rows whose local time comes twice, because clocks were set back: the order of a series' rows tells the first pass through the hour from the second.
import { MusterError } from '../../common/muster-error.ts';

const HALF_DAY_US = 43_200_000_000;
/** Of one file. */
const MAX_ROWS = 2_000_000;
/** How many times the widest other step the step between the passes may be: a wider one may hide an hour. */
const MOST_STEPS = 4;

interface FoldRow {
  row: number;
  /** The earlier of the two moments, and how long after it the other is. */
  firstUs: number;
  widthUs: number;
}

interface Series {
  lastUs: number;
  /** The rows of the hour under way, and the time before them. */
  run: FoldRow[];
  beforeUs: number;
}

export class FoldRows {
  readonly #series = new Map<string, Series>();
  readonly #runs: { rows: FoldRow[]; beforeUs: number }[] = [];
  #rising = 0;
  #falling = 0;
  #count = 0;

  /** A row in its file's order; `us` is its time, of two the earlier one; `firstUs` and `secondUs` are there where the time comes twice. Throws `limit_exceeded`. */
  add(series: string, row: number, us: number, firstUs?: number, secondUs = Number.NaN): void {
    let state = this.#series.get(series);
    if (state === undefined) {
      state = { lastUs: Number.NaN, run: [], beforeUs: Number.NaN };
      this.#series.set(series, state);
    }
    if (us > state.lastUs) this.#rising++;
    else if (us < state.lastUs) this.#falling++;
    const goesOn = firstUs !== undefined && state.run.length > 0 && Math.abs(firstUs - (state.run[0] as FoldRow).firstUs) < HALF_DAY_US;
    if (!goesOn) this.#end(state);
    if (firstUs !== undefined) {
      if (state.run.length === 0) state.beforeUs = state.lastUs;
      state.run.push({ row, firstUs, widthUs: secondUs - firstUs });
      if (++this.#count > MAX_ROWS)
        throw new MusterError('limit_exceeded', `more than ${MAX_ROWS} rows have a time that comes twice: write times with their offset`);
    }
    state.lastUs = us;
  }

  /** By row: true for the second pass. Rows that nothing tells are missing. */
  choices(): Map<number, boolean> {
    for (const state of this.#series.values()) this.#end(state);
    const rises = this.#rising >= this.#falling;
    const choices = new Map<number, boolean>();
    for (const { rows, beforeUs } of this.#runs) {
      const turn = turnOf(rows, rises, beforeUs);
      if (turn === undefined) continue;
      for (const [i, { row }] of rows.entries()) choices.set(row, rises === i >= turn);
    }
    return choices;
  }

  #end(state: Series): void {
    if (state.run.length > 0) this.#runs.push({ rows: state.run, beforeUs: state.beforeUs });
    state.run = [];
  }
}

/** Where the second pass begins in the file, the only place where time does not go on; undefined where there is none, or several. */
function turnOf(rows: readonly FoldRow[], rises: boolean, beforeUs: number): number | undefined {
  const step = (i: number): number => ((rows[i] as FoldRow).firstUs - (rows[i - 1] as FoldRow).firstUs) * (rises ? 1 : -1);
  const turns = rows.flatMap((_, i) => (i > 0 && step(i) <= 0 ? [i] : []));
  const [turn] = turns;
  if (turn === undefined || turns.length > 1) return undefined;
  const others = rows.flatMap((_, i) => (i > 0 && i !== turn ? [step(i)] : []));
  const into = Math.abs((rows[0] as FoldRow).firstUs - beforeUs);
  const widest = Math.max(0, ...others, Number.isFinite(into) && into < HALF_DAY_US ? into : 0);
  const across = (rows[turn] as FoldRow).widthUs + step(turn);
  return widest === 0 || across <= MOST_STEPS * widest ? turn : undefined;
}
