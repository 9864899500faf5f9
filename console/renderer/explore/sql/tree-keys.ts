// Keys of the schema: one stop for Tab; ↑ ↓ Home End go from line to line, → opens a table or goes to its query, ← closes it or goes back.
import type { KeyboardEvent } from 'react';

const LINES = '.schema-table, .schema-column';

export function onTreeKey(event: KeyboardEvent<HTMLElement>): void {
  const here = event.target;
  if (!(here instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey) return;
  const lines = [...event.currentTarget.querySelectorAll<HTMLElement>(LINES)];
  const line = here.matches('.schema-ask') ? (here.previousElementSibling as HTMLElement) : here;
  const at = lines.indexOf(line);
  if (at < 0) return;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lines.length - 1 }[event.key];
  if (to !== undefined) lines[to]?.focus();
  else if (event.key === 'ArrowRight') goIn(here);
  else if (event.key === 'ArrowLeft') goOut(here, line, lines.slice(0, at));
  else return;
  event.preventDefault();
}

function goIn(here: HTMLElement): void {
  if (here.getAttribute('aria-expanded') === 'false') here.click();
  else if (here.matches('.schema-table')) (here.nextElementSibling as HTMLElement | null)?.focus();
}

function goOut(here: HTMLElement, line: HTMLElement, before: readonly HTMLElement[]): void {
  if (here !== line) line.focus();
  else if (line.getAttribute('aria-expanded') === 'true') line.click();
  else if (line.matches('.schema-column')) before.findLast((candidate) => candidate.matches('.schema-table'))?.focus();
}
