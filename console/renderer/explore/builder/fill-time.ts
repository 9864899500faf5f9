// Puts the window's time into a query, and finds a place of what was sent again in what was written.
import { type Bounds, sampleBy, sampleStepSeconds } from '../../state/time-range.ts';

/** As often as agents sample where nobody said otherwise: a shorter step would draw their taking turns as saw teeth. */
const LEAST_STEP_MS = 10_000;

export interface FilledQuery {
  sql: string;
  /** Where a place of `sql` stands in the text with its variables. */
  placeOf(at: number): number;
}

/** `$from` and `$to` become the ends of the window's time as QuestDB writes times, `$step` a step that suits a chart of it. */
export function fillTime(text: string, { fromMs, toMs }: Bounds): FilledQuery {
  const values: Readonly<Record<string, string>> = {
    $from: `'${new Date(fromMs).toISOString()}'`,
    $to: `'${new Date(toMs).toISOString()}'`,
    $step: sampleBy(sampleStepSeconds(toMs - fromMs, LEAST_STEP_MS)),
  };
  const pieces: { sent: number; written: number; sentLength: number; writtenLength: number }[] = [];
  let grown = 0;
  const sql = text.replace(/\$(?:from|to|step)\b/g, (name, at: number) => {
    const value = values[name]!;
    pieces.push({ sent: at + grown, written: at, sentLength: value.length, writtenLength: name.length });
    grown += value.length - name.length;
    return value;
  });
  const placeOf = (at: number): number => {
    let shift = 0;
    for (const piece of pieces) {
      if (at < piece.sent) break;
      if (at < piece.sent + piece.sentLength) return piece.written;
      shift = piece.written + piece.writtenLength - (piece.sent + piece.sentLength);
    }
    return Math.min(text.length, at + shift);
  };
  return { sql, placeOf };
}

/** The place that an error's words name, counted from 0; undefined where they name none. */
export function placeInWords(message: string): number | undefined {
  const found = /(?:\bat position|\bposition) (\d+)/.exec(message)?.[1];
  return found === undefined ? undefined : Math.max(0, Number(found) - 1);
}
