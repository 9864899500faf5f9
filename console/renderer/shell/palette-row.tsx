// One answer of the palette: what was typed stands out in its name, its key or detail stands at the end.
import type { PaletteEntry } from './palette-entry.ts';

interface RowProps {
  entry: PaletteEntry;
  id: string;
  words: readonly string[];
  /** Whether its group begins with it. */
  begins: boolean;
  selected: boolean;
  onPoint: () => void;
  onRun: (newWindow: boolean) => void;
}

export function PaletteRow({ entry, id, words, begins, selected, onPoint, onRun }: RowProps) {
  return (
    <>
      {begins && <h3 role="presentation">{entry.group}</h3>}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys */}
      <div
        id={id}
        role="option"
        aria-selected={selected}
        onPointerMove={onPoint}
        onClick={(event) => onRun(event.ctrlKey || event.metaKey)}
      >
        {entry.mark}
        <span className="cut">{marked(entry.name, words).map(([part, hit], index) => (hit ? <mark key={index}>{part}</mark> : part))}</span>
        <span className="grow" />
        <small className="cut">{entry.detail}</small>
        {entry.keys && <kbd>{entry.keys}</kbd>}
      </div>
    </>
  );
}

/** The text in parts: those that are one of the words, and what stands between. */
export function marked(text: string, words: readonly string[]): [string, boolean][] {
  const low = text.toLowerCase();
  // A letter whose lower case is longer would shift all behind it.
  if (words.length === 0 || low.length !== text.length) return [[text, false]];
  const hit = new Uint8Array(text.length);
  for (const word of words) {
    for (let at = low.indexOf(word); at >= 0; at = low.indexOf(word, at + word.length)) hit.fill(1, at, at + word.length);
  }
  const parts: [string, boolean][] = [];
  for (let from = 0, to = 1; to <= text.length; to++) {
    if (to < text.length && hit[to] === hit[from]) continue;
    parts.push([text.slice(from, to), hit[from] === 1]);
    from = to;
  }
  return parts;
}
