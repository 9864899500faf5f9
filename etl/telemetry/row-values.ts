// The values of one row by column name, and how two rows of the same time, node and tags become one: what a row does not have, it does not take away.
import { textAt } from '../../core/common/frame.ts';
import type { DecodedFrame } from '../../proto/batch-codec.ts';

export interface RowValues {
  fields: Map<string, number>;
  texts: Map<string, string>;
}

/** What a row of a frame has; an absent number or text is not among them. */
export function valuesOfRow(frame: DecodedFrame, row: number): RowValues {
  const rows = frame.timeUs.length;
  const fields = new Map<string, number>();
  for (const [i, name] of frame.fields.entries()) {
    const value = frame.values[i * rows + row] as number;
    // Plus zero makes 0 of -0, as the database does.
    if (!Number.isNaN(value)) fields.set(name, value + 0);
  }
  const texts = new Map<string, string>();
  for (const [i, name] of frame.textFields.entries()) {
    const text = textAt(frame, row, i);
    if (text !== undefined) texts.set(name, text);
  }
  return { fields, texts };
}

/** Puts the values of a later row into those of an earlier one. True where one of them was another before. */
export function unite(into: RowValues, later: RowValues): boolean {
  const numbers = uniteMaps(into.fields, later.fields);
  const texts = uniteMaps(into.texts, later.texts);
  return numbers || texts;
}

function uniteMaps<V>(into: Map<string, V>, later: ReadonlyMap<string, V>): boolean {
  let changed = false;
  for (const [name, value] of later) {
    const before = into.get(name);
    if (before !== undefined && before !== value) changed = true;
    into.set(name, value);
  }
  return changed;
}
