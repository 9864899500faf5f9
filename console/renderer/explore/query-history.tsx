// The queries run in this window, newest first.
import { History } from 'lucide-react';
import { useState } from 'react';

export function QueryHistory({ history, onChoose }: { history: readonly string[]; onChoose: (sql: string) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <fieldset
      className="history"
      onKeyDown={(event) => {
        if (event.key === 'Escape') setOpen(false);
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <button type="button" className="button" aria-expanded={open} disabled={history.length === 0} onClick={() => setOpen(!open)}>
        <History size={14} strokeWidth={1.6} />
        History
      </button>
      {open && (
        <div className="history-menu floating float">
          {history.map((sql) => (
            <button
              key={sql}
              type="button"
              className="mono cut"
              title={sql}
              onClick={() => {
                onChoose(sql);
                setOpen(false);
              }}
            >
              {sql
                .replace(/^--.*$/gm, '')
                .replace(/\s+/g, ' ')
                .trim() || sql}
            </button>
          ))}
        </div>
      )}
    </fieldset>
  );
}
