// One sentence on what was just done or could not be, for a while, at the foot of the page; read out once, politely.
import { X } from 'lucide-react';
import { useEffect } from 'react';
import { useConsole } from '../state/console-state.ts';
import { preferenceTrouble } from '../state/preferences.ts';
import { useStore } from '../state/store.ts';

const SHOWN_MS = 8000;

export function NoticeLine() {
  const state = useConsole();
  const { notice } = state;
  const said = useStore(notice);
  const undo = useStore(state.undo);
  const trouble = useStore(preferenceTrouble);
  const text = said || trouble;
  useEffect(() => {
    if (said === '') return;
    const timer = setTimeout(() => notice.set(''), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice, said]);
  return (
    <div className="notice-line" role="status">
      {text !== '' && (
        <p className="floating float">
          {text}
          {said !== '' && undo?.notice === said && (
            <button
              type="button"
              className="button"
              onClick={() => {
                undo.run();
                notice.set('');
              }}
            >
              Undo
            </button>
          )}
          <button
            type="button"
            className="icon-button"
            aria-label="Dismiss"
            onClick={() => {
              notice.set('');
              preferenceTrouble.set('');
            }}
          >
            <X size={14} strokeWidth={1.6} aria-hidden="true" />
          </button>
        </p>
      )}
    </div>
  );
}
