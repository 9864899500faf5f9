// Replay and discard: each asks first. A discard waits a moment and can be taken back; a replay is under way at once, and what fails comes back.
import { RotateCcw, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { toMusterError } from '../../../core/common/muster-error.ts';
import { plural } from '../parts/format.ts';
import { useConsole } from '../state/console-state.ts';

const UNDO_MS = 6000;

interface Props {
  reason: string;
  /** Letters chosen; empty means all of the reason. */
  ids: readonly number[];
  count: number;
  onDone: () => void;
}

type Step = { kind: 'rest' } | { kind: 'ask'; what: 'replay' | 'discard' } | { kind: 'waiting'; count: number } | { kind: 'busy' };

export function LetterActions({ reason, ids, count, onDone }: Props) {
  const { api } = useConsole();
  const [step, setStep] = useState<Step>({ kind: 'rest' });
  const [said, setSaid] = useState('');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const run = async (action: () => Promise<string>): Promise<void> => {
    setStep({ kind: 'busy' });
    setSaid(await action().catch((error: unknown) => toMusterError(error).message));
    setStep({ kind: 'rest' });
    onDone();
  };
  const replay = (): Promise<void> =>
    run(async () => {
      const { replayed, problems } = await api.request('replayDeadLetters', { ids, reason, editedRow: '', measurement: '' });
      return [`${plural(replayed, 'letter')} sent again.`, ...problems.slice(0, 3)].join(' ');
    });
  const discard = (): void => {
    setStep({ kind: 'waiting', count });
    timer.current = setTimeout(() => {
      void run(async () => `${plural((await api.request('discardDeadLetters', { ids, reason })).discarded, 'letter')} discarded.`);
    }, UNDO_MS);
  };
  if (step.kind === 'waiting') {
    return (
      <span className="letter-actions" role="status">
        <span className="late">Discarding {plural(step.count, 'letter')} in a moment</span>
        <button
          type="button"
          className="button"
          onClick={() => {
            clearTimeout(timer.current);
            setStep({ kind: 'rest' });
            setSaid('Nothing was discarded.');
          }}
        >
          Undo
        </button>
      </span>
    );
  }
  if (step.kind === 'ask') {
    const replaying = step.what === 'replay';
    return (
      <span className="letter-actions" role="alertdialog" aria-label={`${replaying ? 'Replay' : 'Discard'} ${plural(count, 'letter')}?`}>
        <span>{replaying ? `Send ${plural(count, 'letter')} again as they are?` : `Throw ${plural(count, 'letter')} away for good?`}</span>
        {/* biome-ignore lint/a11y/noAutofocus: the operator just asked for this, and Enter is what comes next */}
        <button type="button" autoFocus className="button primary" onClick={() => (replaying ? void replay() : discard())}>
          {replaying ? 'Replay' : 'Discard'}
        </button>
        <button type="button" className="button" onClick={() => setStep({ kind: 'rest' })}>
          Keep
        </button>
      </span>
    );
  }
  return (
    <span className="letter-actions">
      {said !== '' && (
        <span className="t2 small cut" role="status" title={said}>
          {said}
        </span>
      )}
      <button
        type="button"
        className="button"
        disabled={count === 0 || step.kind === 'busy'}
        onClick={() => setStep({ kind: 'ask', what: 'replay' })}
      >
        <RotateCcw size={13} strokeWidth={1.6} />
        Replay {count}…
      </button>
      <button
        type="button"
        className="button"
        disabled={count === 0 || step.kind === 'busy'}
        onClick={() => setStep({ kind: 'ask', what: 'discard' })}
      >
        <Trash2 size={13} strokeWidth={1.6} />
        Discard…
      </button>
    </span>
  );
}
