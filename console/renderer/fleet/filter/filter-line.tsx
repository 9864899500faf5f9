// The line that narrows the fleet: text, and `key:value` terms, with what can be written next.
import { Search, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { type Completion, completions } from './filter-completion.ts';

interface Props {
  filter: string;
  nodes: ReadonlyMap<string, FleetNode>;
  onChange: (filter: string) => void;
}

export function FilterLine({ filter, nodes, onChange }: Props) {
  const [text, setText] = useState(filter);
  /** Place of the cursor while it may be helped; undefined after Escape or elsewhere. */
  const [cursor, setCursor] = useState<number>();
  const [chosen, setChosen] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => setText(filter), [filter]);
  // Dependencies: what the nodes are called does not change while a word is written
  const offered = useMemo(() => (cursor === undefined ? [] : completions(text, cursor, nodes)), [text, cursor, nodes]);

  const change = (next: string, at: number | undefined): void => {
    setText(next);
    setCursor(at);
    setChosen(-1);
    onChange(next);
  };
  const accept = ({ insert, from }: Completion): void => {
    const rest = text.slice(cursor ?? text.length);
    const done = /[:>]$/.test(insert) || rest !== '' ? insert : `${insert} `;
    const next = text.slice(0, from) + done + rest;
    change(next, from + done.length);
    requestAnimationFrame(() => field.current?.setSelectionRange(from + done.length, from + done.length));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    // The key belongs to whoever composes a letter.
    if (event.nativeEvent.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (offered.length > 0 && by !== undefined) {
      event.preventDefault();
      setChosen((chosen + by + offered.length + 1) % (offered.length + 1));
      return;
    }
    const completion = offered[chosen] ?? (event.key === 'Tab' ? offered[0] : undefined);
    if (completion !== undefined && (event.key === 'Enter' || event.key === 'Tab')) {
      event.preventDefault();
      accept(completion);
      return;
    }
    if (event.key !== 'Escape') return;
    event.preventDefault();
    if (offered.length > 0) setCursor(undefined);
    else if (text === '') event.currentTarget.blur();
    else change('', undefined);
  };

  const open = offered.length > 0;
  return (
    <div className="filter-place">
      <label className="filter-line">
        <Search size={14} strokeWidth={1.6} />
        <input
          ref={field}
          data-filter-line
          role="combobox"
          aria-label="Filter nodes"
          aria-autocomplete="list"
          aria-expanded={open}
          aria-controls={open ? 'filter-completions' : undefined}
          aria-activedescendant={open && offered[chosen] !== undefined ? `filter-completion-${chosen}` : undefined}
          placeholder="Filter by text or key:value, as in cpu>80"
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={(event) => change(event.target.value, event.target.selectionStart ?? undefined)}
          onKeyDown={onKeyDown}
          onBlur={() => setCursor(undefined)}
        />
        {text === '' ? (
          <kbd>/</kbd>
        ) : (
          <button type="button" className="t3" aria-label="Clear filter" onClick={() => change('', undefined)}>
            <X size={14} strokeWidth={1.6} />
          </button>
        )}
      </label>
      {open && (
        <div id="filter-completions" className="completions floating" role="listbox" aria-label="Suggestions">
          {offered.map((completion, index) => (
            <div
              key={completion.label}
              id={`filter-completion-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === chosen}
              onPointerDown={(event) => {
                // The field keeps the focus
                event.preventDefault();
                accept(completion);
              }}
            >
              <span className="cut">{completion.label}</span>
              <small className="t3 cut">{completion.detail}</small>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
