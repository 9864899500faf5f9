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
    const value = frame.values[i * rows + row]!;
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
  const changed = differs(into, later);
  for (const [name, value] of later.fields) into.fields.set(name, value);
  for (const [name, text] of later.texts) into.texts.set(name, text);
  return changed;
}

/** True where both have a value of one name, and not the same. */
export function differs(one: RowValues, other: RowValues): boolean {
  for (const [name, value] of other.fields) if ((one.fields.get(name) ?? value) !== value) return true;
  for (const [name, text] of other.texts) if ((one.texts.get(name) ?? text) !== text) return true;
  return false;
}

/** True where `one` has a value of every name that the other has one of. */
export function covers(one: RowValues, other: RowValues): boolean {
  for (const name of other.fields.keys()) if (!one.fields.has(name)) return false;
  for (const name of other.texts.keys()) if (!one.texts.has(name)) return false;
  return true;
}
