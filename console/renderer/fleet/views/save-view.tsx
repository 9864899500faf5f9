// Names what the fleet shows now, so that it stands in the rail.
import { Bookmark } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import type { FleetRoute } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { usePopup } from '../../widgets/use-popup.ts';
import { MAX_SAVED_VIEWS, MAX_VIEW_NAME, savedViews, withView } from './saved-views.ts';

export function SaveView({ route }: { route: FleetRoute }) {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  usePopup(place, open, 'input', () => setOpen(false));
  return (
    <div ref={place} className="menu-place">
      <button type="button" className="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Bookmark size={14} strokeWidth={1.6} />
        Save view
      </button>
      {open && <NameForm route={route} close={() => setOpen(false)} />}
    </div>
  );
}

function NameForm({ route, close }: { route: FleetRoute; close: () => void }) {
  const views = useStore(savedViews);
  const [name, setName] = useState('');
  const next = withView(views, name, route);
  const taken = views.some((view) => view.name === name.trim());
  const full = !taken && views.length >= MAX_SAVED_VIEWS;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (next === undefined) return;
    savedViews.set(next);
    close();
  };
  return (
    <form
      className="save-view floating"
      aria-label="Save this view"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        close();
      }}
    >
      <input
        className="text-field"
        aria-label="Name of the view"
        placeholder="Name of the view"
        maxLength={MAX_VIEW_NAME}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="button" disabled={next === undefined}>
        {taken ? 'Replace' : 'Save'}
      </button>
      <p className="t3">
        {full
          ? `${MAX_SAVED_VIEWS} views are saved: delete one in the rail first.`
          : 'Saves filter, view, grouping, colour and sort under Views in the rail.'}
      </p>
    </form>
  );
}
