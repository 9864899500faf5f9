// Saved queries and those run lately. One deleted comes back by undo.
import { History, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { queryHistory, queryTitle, type SavedQuery, savedQueries, saveQuery } from '../state/saved-queries.ts';
import { useStore } from '../state/store.ts';

export function QueryHistory({ onChoose }: { onChoose: (sql: string) => void }) {
  const history = useStore(queryHistory);
  const saved = useStore(savedQueries);
  const [open, setOpen] = useState(false);
  const [deleted, setDeleted] = useState<SavedQuery>();
  const choose = (sql: string): void => {
    onChoose(sql);
    setOpen(false);
  };
  return (
    <fieldset
      className="history"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        event.stopPropagation();
        setOpen(false);
      }}
      onBlur={(event) => {
        if (event.relatedTarget !== null && !event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <button type="button" className="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <History size={14} strokeWidth={1.6} />
        Queries
      </button>
      {open && (
        <div className="history-menu floating float">
          <h3>Saved</h3>
          {saved.length === 0 && <p className="small t3">None yet. Save keeps the query above under a name.</p>}
          {saved.map((query) => (
            <SavedRow key={query.name} query={query} onChoose={choose} onDelete={setDeleted} />
          ))}
          {deleted !== undefined && (
            <p className="small undo" role="status">
              “{deleted.name}” is deleted.{' '}
              <button
                type="button"
                className="link"
                onClick={() => {
                  keep(deleted);
                  setDeleted(undefined);
                }}
              >
                Undo
              </button>
            </p>
          )}
          <h3>Recent</h3>
          {history.length === 0 && <p className="small t3">None yet.</p>}
          {history.map((sql) => (
            <button key={sql} type="button" className="mono cut" title={sql} onClick={() => choose(sql)}>
              {queryTitle(sql)}
            </button>
          ))}
        </div>
      )}
    </fieldset>
  );
}

function keep(query: SavedQuery): void {
  const next = saveQuery(savedQueries.get(), query);
  if ('saved' in next) savedQueries.set(next.saved);
}

interface RowProps {
  query: SavedQuery;
  onChoose: (sql: string) => void;
  onDelete: (query: SavedQuery) => void;
}

function SavedRow({ query, onChoose, onDelete }: RowProps) {
  const [name, setName] = useState<string>();
  const rename = (): void => {
    if (name !== undefined && name.trim() !== '' && name !== query.name) {
      const rest = savedQueries.get().filter((other) => other.name !== query.name);
      const next = saveQuery(rest, { ...query, name });
      if ('saved' in next) savedQueries.set(next.saved);
    }
    setName(undefined);
  };
  return (
    <div className="saved-query">
      {name === undefined ? (
        <button type="button" className="cut grow" title={query.sql} onClick={() => onChoose(query.sql)}>
          {query.name}
        </button>
      ) : (
        <input
          className="grow"
          aria-label={`New name of ${query.name}`}
          // biome-ignore lint/a11y/noAutofocus: the operator asked to type here
          autoFocus
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.target.value)}
          onBlur={rename}
          onKeyDown={(event) => {
            if (event.key === 'Enter') rename();
            if (event.key !== 'Escape') return;
            event.stopPropagation();
            setName(undefined);
          }}
        />
      )}
      <button type="button" className="icon-button" aria-label={`Rename ${query.name}`} onClick={() => setName(query.name)}>
        <Pencil size={13} strokeWidth={1.6} />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={`Delete ${query.name}`}
        onClick={() => {
          savedQueries.set(savedQueries.get().filter((other) => other.name !== query.name));
          onDelete(query);
        }}
      >
        <Trash2 size={13} strokeWidth={1.6} />
      </button>
    </div>
  );
}
