// ⌘K: nodes and actions by typing a part of their name.
import { Search } from 'lucide-react';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { formatNumber } from '../parts/format.ts';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { findEntries, type PaletteEntry } from './palette-entries.tsx';

export function Palette() {
  const state = useConsole();
  const snapshot = useStore(state.fleet.snapshot);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  // Dependencies: answers change with the text, not under the hand with every live value
  const { entries, nodesFound } = useMemo(() => findEntries(text, snapshot.nodes, state), [text, state]);
  const close = (): void => state.paletteOpen.set(false);
  const run = (entry: PaletteEntry | undefined): void => {
    if (entry === undefined) return;
    close();
    entry.run();
  };

  useEffect(() => {
    const before = document.activeElement;
    input.current?.focus();
    return () => (before instanceof HTMLElement ? before.focus() : undefined);
  }, []);
  useEffect(() => {
    list.current?.querySelectorAll('[role="option"]')[at]?.scrollIntoView({ block: 'nearest' });
  }, [at]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') close();
    else if (event.key === 'Enter') run(entries[at]);
    else if (event.key === 'ArrowDown') setAt(Math.min(entries.length - 1, at + 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a click beside the palette closes it, as Esc does
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above
    <div className="scrim" onClick={close}>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: only keeps clicks inside from closing it */}
      <div
        className="palette floating float"
        role="dialog"
        aria-modal="true"
        aria-label="Search"
        onClick={(event) => event.stopPropagation()}
      >
        <div className="query">
          <Search className="t3" size={16} strokeWidth={1.6} />
          <input
            ref={input}
            role="combobox"
            aria-expanded="true"
            aria-controls="palette-answers"
            aria-label="Search nodes and actions"
            placeholder="Search nodes and actions…"
            spellCheck={false}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setAt(0);
            }}
            onKeyDown={onKeyDown}
          />
          <span className="t3 small">
            {formatNumber(nodesFound)} of {formatNumber(snapshot.nodes.size)} nodes
          </span>
        </div>
        <div ref={list} id="palette-answers" className="answers" role="listbox" aria-label="Answers">
          {entries.map((entry, index) => (
            <div key={entry.id}>
              {entry.group !== entries[index - 1]?.group && <h3>{entry.group}</h3>}
              {/* biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys */}
              <div role="option" aria-selected={index === at} onPointerMove={() => setAt(index)} onClick={() => run(entry)}>
                {entry.mark}
                <span className="cut">{entry.name}</span>
                <span className="grow" />
                <small>{entry.detail}</small>
              </div>
            </div>
          ))}
          {entries.length === 0 && (
            <p className="t3 small" style={{ padding: '8px 16px' }}>
              Nothing has this in its name.
            </p>
          )}
        </div>
        <footer>
          <span>
            <kbd>↑</kbd> <kbd>↓</kbd> move
          </span>
          <span>
            <kbd>↵</kbd> open
          </span>
          <span>
            <kbd>Esc</kbd> close
          </span>
        </footer>
      </div>
    </div>
  );
}
