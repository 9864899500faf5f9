// The line that narrows the fleet: text, and `key:value` terms.
import { Search, X } from 'lucide-react';
import { useEffect, useState } from 'react';

export function FilterLine({ filter, onChange }: { filter: string; onChange: (filter: string) => void }) {
  const [text, setText] = useState(filter);
  useEffect(() => setText(filter), [filter]);
  const change = (next: string): void => {
    setText(next);
    onChange(next);
  };
  return (
    <label className="filter-line">
      <Search size={14} strokeWidth={1.6} />
      <input
        data-filter-line
        aria-label="Filter nodes"
        placeholder="Filter by text or key:value, as in cpu>80"
        spellCheck={false}
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          if (text === '') event.currentTarget.blur();
          else change('');
        }}
      />
      {text === '' ? (
        <kbd>/</kbd>
      ) : (
        <button type="button" className="t3" aria-label="Clear the filter" onClick={() => change('')}>
          <X size={14} strokeWidth={1.6} />
        </button>
      )}
    </label>
  );
}
