// The saved views in the rail, each with how many nodes it finds; renamed in place, deleted with a way back.
import { Pencil, Trash2 } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useConsole } from '../../state/console-state.ts';
import { useFleetKnown } from '../../state/fleet-known.ts';
import { mapKnown, notKnown } from '../../state/known.ts';
import { formatRoute } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { KnownFigure } from '../../widgets/known-figure.tsx';
import { compileFilter } from '../filter/node-match.ts';
import { isSameView, MAX_VIEW_NAME, renamedView, type SavedView, savedViews } from './saved-views.ts';

const UNDO_MS = 10_000;

export function SavedViewsNav() {
  const views = useStore(savedViews);
  const [deleted, setDeleted] = useState<{ name: string; before: readonly SavedView[] }>();
  useEffect(() => {
    if (deleted === undefined) return;
    const timer = setTimeout(() => setDeleted(undefined), UNDO_MS);
    return () => clearTimeout(timer);
  }, [deleted]);
  const remove = (name: string): void => {
    setDeleted({ name, before: views });
    savedViews.set(views.filter((view) => view.name !== name));
  };
  return (
    <>
      {views.map((view) => (
        <SavedItem key={view.name} view={view} onDelete={() => remove(view.name)} />
      ))}
      {deleted !== undefined && (
        <div className="saved-undo" role="status">
          <span className="cut">{deleted.name} deleted</span>
          <button
            type="button"
            className="link"
            onClick={() => {
              savedViews.set(deleted.before);
              setDeleted(undefined);
            }}
          >
            Undo
          </button>
        </div>
      )}
    </>
  );
}

function SavedItem({ view, onDelete }: { view: SavedView; onDelete: () => void }) {
  const state = useConsole();
  const here = isSameView(useStore(state.route), view.route);
  const { states } = useFleetKnown();
  const [renaming, setRenaming] = useState(false);
  const { matches, problem } = useMemo(() => compileFilter(view.route.filter), [view.route.filter]);
  useEffect(() => () => state.fleet.release(matches), [state.fleet, matches]);
  const count = problem === '' ? mapKnown(states, () => state.fleet.tally(matches).count) : notKnown(`: ${problem}`);
  if (renaming) return <Rename name={view.name} close={() => setRenaming(false)} />;
  return (
    <div className="saved-view">
      <a href={formatRoute(view.route)} aria-current={here ? 'page' : undefined} title={problem || view.route.filter || view.name}>
        <span className="cut">{view.name}</span>
        <KnownFigure className="count" of={count} nowMs={state.fleet.now()} />
      </a>
      <button type="button" aria-label={`Rename the view ${view.name}`} title="Rename" onClick={() => setRenaming(true)}>
        <Pencil size={12} strokeWidth={1.6} />
      </button>
      <button type="button" aria-label={`Delete the view ${view.name}`} title="Delete" onClick={onDelete}>
        <Trash2 size={12} strokeWidth={1.6} />
      </button>
    </div>
  );
}

function Rename({ name, close }: { name: string; close: () => void }) {
  const [text, setText] = useState(name);
  const next = renamedView(savedViews.get(), name, text);
  return (
    <form
      className="saved-rename"
      onSubmit={(event) => {
        event.preventDefault();
        if (next === undefined) return;
        savedViews.set(next);
        close();
      }}
    >
      <input
        ref={(field) => field?.focus()}
        className="text-field"
        aria-label={`New name of ${name}, Enter saves it`}
        aria-invalid={next === undefined}
        title={next === undefined ? 'Another view has this name, or it is empty' : 'Enter keeps it, Escape leaves the old one'}
        maxLength={MAX_VIEW_NAME}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={close}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          close();
        }}
      />
    </form>
  );
}
