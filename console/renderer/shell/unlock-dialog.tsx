// Unlocks a read-only context: a person types its name, so that nobody changes production by a habit of the hand.
import { type FormEvent, useState } from 'react';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { Dialog } from '../widgets/dialog.tsx';

export function UnlockDialog() {
  const { api, desk, unlockOpen } = useConsole();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState('');
  const name = useStore(desk)?.context.name ?? '';
  const close = (): void => unlockOpen.set(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    api.request('unlock', { confirm: text.trim() }).then(close, (error: Error) => setProblem(error.message));
  };
  return (
    <Dialog label={`Unlock ${name}`} className="unlock" close={close}>
      <form onSubmit={submit}>
        <h2>Unlock {name} for 15 minutes</h2>
        <p className="t2">
          Until then, all windows of this context may run commands, set labels and replay or discard dead letters. Each change is audited.
        </p>
        <label>
          <span>
            Type <b>{name}</b> to confirm
          </span>
          <input
            autoFocus
            className="text-field"
            spellCheck={false}
            autoComplete="off"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <p className="bad small" role="alert">
          {problem}
        </p>
        <div className="row">
          <button type="submit" className="button primary" disabled={text.trim() !== name}>
            Unlock
          </button>
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
