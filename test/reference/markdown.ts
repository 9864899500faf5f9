// The few shapes that the pages of the reference are written in.

export function code(text: string): string {
  return `\`${text}\``;
}

/** A value that may be missing, as code. */
export function codeOrNothing(text: string): string {
  return text === '' ? '' : code(text);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

export function codeBlock(text: string): string {
  return `\`\`\`text\n${text.trim()}\n\`\`\``;
}

/** Parts of a page with an empty line between. */
export function page(...parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}

/** The text in lines of at most so many characters. */
export function wrap(text: string, most = 120): string {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines[lines.length - 1] as string;
    if (line !== '' && line.length + word.length >= most) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}
