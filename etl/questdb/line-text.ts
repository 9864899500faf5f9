// What a text of a stranger may not hold to go into a line.

/** Without the one character that lines cannot carry: the database refuses the whole request for it, whoever else's rows are in it. */
export function withoutNul(text: string): string {
  return text.replaceAll('\0', '');
}
