// The mark of a tab: the number of nodes that need a look, on the colour of the worst. Drawn as text, so that no font file is needed.

/** `unknown`: this console is not connected to its gateway. */
export type MarkState = 'well' | 'late' | 'silent' | 'unknown';

const FILL: Readonly<Record<Exclude<MarkState, 'well'>, string>> = { late: '#b7791f', silent: '#c4372c', unknown: '#6b7280' };

/** What the link of the icon points to; undefined where the page's own mark does. */
export function markAddress(state: MarkState, count: number): string | undefined {
  if (state === 'well') return undefined;
  const text = state === 'unknown' ? '?' : count > 99 ? '99+' : String(count);
  const size = text.length === 1 ? 12 : text.length === 2 ? 10 : 7.5;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="${FILL[state]}"/>` +
    `<text x="8" y="${8 + size * 0.36}" font-family="sans-serif" font-weight="700" font-size="${size}" text-anchor="middle" fill="#fff">${text}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
