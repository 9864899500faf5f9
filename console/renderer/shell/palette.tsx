// ⌘K: nodes by a part of their name or by the filter language, actions, saved and recent places, settings.
import { Search } from 'lucide-react';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { SchemaTable } from '../../common/console-api.ts';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { withTime } from '../state/time-address.ts';
import { Dialog } from '../widgets/dialog.tsx';
import { formatNumber } from '../widgets/format.ts';
import { keyWords } from './keys.ts';
import { findEntries } from './palette-entries.tsx';
import type { PaletteEntry } from './palette-entry.ts';
import { wordsOf } from './palette-nodes.ts';
import { PaletteRow } from './palette-row.tsx';

export function Palette() {
  const state = useConsole();
  const snapshot = useStore(state.fleet.snapshot);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const measurements = useMeasurements(text.startsWith('#'));
  const list = useRef<HTMLDivElement>(null);
  // Dependencies: answers change with the text, not under the hand with every live value
  const { entries, found } = useMemo(
    () => findEntries({ text, nodes: state.fleet.snapshot.get().nodes, measurements }, state),
    [text, measurements, state],
  );
  const close = (): void => state.paletteOpen.set(false);
  const run = (entry: PaletteEntry | undefined, newWindow: boolean): void => {
    if (entry === undefined) return;
    close();
    if (newWindow && entry.address !== undefined) window.open(withTime(entry.address, state.time.get()), '_blank');
    else entry.run();
  };

  useEffect(() => {
    list.current?.querySelectorAll('[role="option"]')[at]?.scrollIntoView({ block: 'nearest' });
  }, [at]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') run(entries[at], event.ctrlKey || event.metaKey);
    else if (event.key === 'ArrowDown') setAt((at + 1) % Math.max(1, entries.length));
    else if (event.key === 'ArrowUp') setAt((at + entries.length - 1) % Math.max(1, entries.length));
    else if (event.key === 'PageDown') setAt(Math.min(entries.length - 1, at + 8));
    else if (event.key === 'PageUp') setAt(Math.max(0, at - 8));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const words = wordsOf(text.replace(/^[>#]/, ''));
  const nodesMeant = text[0] !== '>' && text[0] !== '#';
  return (
    <Dialog label="Search" className="palette" close={close}>
      <div className="query">
        <Search className="t3" size={16} strokeWidth={1.6} aria-hidden="true" />
        <input
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-answers"
          aria-activedescendant={entries[at] === undefined ? undefined : `palette-${at}`}
          aria-label="Search nodes and actions"
          placeholder="Search nodes, actions and views, or filter: state:late cpu>80"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
        <span className="t3 small" role="status">
          {nodesMeant ? `${formatNumber(found.count)} of ${formatNumber(snapshot.nodes.size)} nodes` : formatNumber(entries.length)}
        </span>
      </div>
      <div ref={list} id="palette-answers" className="answers" role="listbox" aria-label="Results">
        {entries.map((entry, index) => (
          <PaletteRow
            key={entry.id}
            entry={entry}
            id={`palette-${index}`}
            words={words}
            begins={entry.group !== entries[index - 1]?.group}
            selected={index === at}
            onPoint={() => setAt(index)}
            onRun={(newWindow) => run(entry, newWindow)}
          />
        ))}
        {entries.length === 0 && (
          <p className="t3 small none">{found.problem === '' ? 'No matches' : `No matches. As a filter: ${found.problem}.`}</p>
        )}
      </div>
      <footer aria-hidden="true">
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> move
        </span>
        <span>
          <kbd>↵</kbd> open
        </span>
        <span>
          <kbd>{keyWords('Mod+Enter')}</kbd> new window
        </span>
        <span className="grow" />
        <span>
          <kbd>&gt;</kbd> actions
        </span>
        <span>
          <kbd>#</kbd> measurements
        </span>
        <span>
          <kbd>key:</kbd> filter
        </span>
      </footer>
    </Dialog>
  );
}

/** The store's tables, once they are wanted. */
function useMeasurements(wanted: boolean): readonly SchemaTable[] | undefined {
  const { api, notice } = useConsole();
  const [tables, setTables] = useState<readonly SchemaTable[]>();
  useEffect(() => {
    if (!wanted) return;
    const controller = new AbortController();
    api.request('listMeasurements', {}, controller.signal).then(setTables, (error: Error) => {
      if (!controller.signal.aborted) notice.set(error.message);
    });
    return () => controller.abort();
  }, [api, notice, wanted]);
  return tables;
}
