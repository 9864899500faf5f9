// Words that programs write where there is no value: in a column of numbers they leave the value absent, and the row is taken.

const WORDS = new Set([
  ...['', 'null', '(null)', '<null>', 'nil', 'none', 'nan', '+nan', '-nan', 'nan(ind)', '-nan(ind)', '1.#ind', '-1.#ind', '1.#qnan'],
  ...['na', 'n/a', 'n.a.', '#n/a', '#na', '#nv', '<na>', 'nat', '-', '--', '---', '–', '—', '?', '.', '..', '...', '*', '\\n'],
  ...['missing', 'undefined', 'unknown', 'unavailable', 'nodata', 'no data', 'k.a.', 'void'],
  // What a spreadsheet shows instead of a result.
  ...['#div/0!', '#value!', '#ref!', '#num!', '#name?', '#null!', '#error!', '#wert!', '#bezug!', '#zahl!', '#null'],
]);
const LONGEST = Math.max(...[...WORDS].map((word) => word.length));

/** `text` without blanks around it. */
export function isAbsent(text: string): boolean {
  return text.length <= LONGEST && WORDS.has(text.toLowerCase());
}

/** In a column of texts only what no text would be: `NA` may be Namibia. */
export function isAbsentText(text: string): boolean {
  return text === '\\N' || text === '<NA>' || text === '#N/A';
}
