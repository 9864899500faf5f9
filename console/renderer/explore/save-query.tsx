// Keeps the query by a name.
import { Bookmark } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { queryTitle, savedQueries, saveQuery } from '../state/saved-queries.ts';

export function SaveQuery({ sql }: { sql: string }) {
  const [name, setName] = useState<string>();
  const [said, setSaid] = useState('');
  const save = (event: FormEvent): void => {
    event.preventDefault();
    const next = saveQuery(savedQueries.get(), { name: name ?? '', sql });
    if ('why' in next) {
      setSaid(next.why);
      return;
    }
    savedQueries.set(next.saved);
    setName(undefined);
    setSaid('');
  };
  return (
    <div className="save-query">
      <button
        type="button"
        className="button"
        aria-expanded={name !== undefined}
        onClick={() => setName(name === undefined ? queryTitle(sql).slice(0, 40) : undefined)}
      >
        <Bookmark size={14} strokeWidth={1.6} />
        Save
      </button>
      {name !== undefined && (
        <form
          className="save-form floating float"
          onSubmit={save}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.stopPropagation();
            setName(undefined);
          }}
        >
          <input
            aria-label="Name of the query"
            // biome-ignore lint/a11y/noAutofocus: the operator asked to type here
            autoFocus
            maxLength={80}
            value={name}
            onFocus={(event) => event.target.select()}
            onChange={(event) => setName(event.target.value)}
          />
          <button type="submit" className="button primary">
            Save
          </button>
          {said !== '' && <p className="small bad">{said}</p>}
        </form>
      )}
    </div>
  );
}
