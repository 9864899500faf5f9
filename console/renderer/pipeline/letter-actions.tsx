// Replay and discard: each asks first, about a choice that is fixed when the question opens. A discard waits a moment and can be taken
// back; a replay is under way at once, and what fails comes back.
import { RotateCcw, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { toMusterError } from '../../../core/common/muster-error.ts';
import { useConsole } from '../state/console-state.ts';
import { formatNumber, plural } from '../widgets/format.ts';
import { discardQuestion, type LetterChoice, replayQuestion } from './letter-choice.ts';

const UNDO_MS = 6000;

interface Props {
  /** What a question that opens now is about; undefined where there is nothing to choose. */
  choice: LetterChoice | undefined;
  /** True while a question is open or its answer is under way: what it is about must not change under the hand. */
  onOpen: (open: boolean) => void;
  /** After an answer; `whole` where nothing of the choice is left. */
  onDone: (words: string, whole: boolean) => void;
  /** What did not happen, and why. */
  onSaid: (words: string) => void;
}

type Step =
  | { kind: 'rest' }
  | { kind: 'ask'; what: 'replay' | 'discard'; choice: LetterChoice }
  | { kind: 'waiting'; choice: LetterChoice }
  | { kind: 'busy' };

export function LetterActions({ choice, onOpen, onDone, onSaid }: Props) {
  const { api } = useConsole();
  const [step, setStep] = useState<Step>({ kind: 'rest' });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const left = useRef(onSaid);
  left.current = onSaid;
  useEffect(
    () => () => {
      if (timer.current !== undefined) left.current('Nothing was discarded: the list was left before the time was up.');
      clearTimeout(timer.current);
    },
    [],
  );
  const open = step.kind !== 'rest';
  useEffect(() => onOpen(open), [open, onOpen]);
  const run = async (action: () => Promise<[words: string, whole: boolean]>): Promise<void> => {
    setStep({ kind: 'busy' });
    try {
      onDone(...(await action()));
    } catch (error) {
      onSaid(toMusterError(error).message);
    }
    setStep({ kind: 'rest' });
  };
  const replay = ({ chosen }: LetterChoice): Promise<void> =>
    run(async () => {
      const { replayed, problems } = await api.request('replayDeadLetters', { chosen, editedRow: '', measurement: '' });
      return [[`${plural(replayed, 'letter')} replayed.`, ...problems.slice(0, 3)].join(' '), problems.length === 0];
    });
  const discard = (choice: LetterChoice): void => {
    setStep({ kind: 'waiting', choice });
    timer.current = setTimeout(() => {
      timer.current = undefined;
      void run(async () => {
        const { discarded } = await api.request('discardDeadLetters', { chosen: choice.chosen });
        return [`${plural(discarded, 'letter')} discarded.`, true];
      });
    }, UNDO_MS);
  };
  if (step.kind === 'waiting') {
    return (
      <span className="letter-actions" role="status">
        <span className="late">Discarding {step.choice.words} in a moment</span>
        <button
          type="button"
          className="button"
          onClick={() => {
            clearTimeout(timer.current);
            timer.current = undefined;
            setStep({ kind: 'rest' });
            onSaid('Nothing was discarded.');
          }}
        >
          Undo
        </button>
      </span>
    );
  }
  if (step.kind === 'ask') {
    const asked = step.choice;
    const replaying = step.what === 'replay';
    const question = replaying ? replayQuestion(asked) : discardQuestion(asked);
    return (
      <span className="letter-actions" role="alertdialog" aria-label={question}>
        <span>{question}</span>
        {/* biome-ignore lint/a11y/noAutofocus: the operator just asked for this, and Enter is what comes next */}
        <button type="button" autoFocus className="button primary" onClick={() => (replaying ? void replay(asked) : discard(asked))}>
          {replaying ? 'Replay' : 'Discard'}
        </button>
        <button type="button" className="button" onClick={() => setStep({ kind: 'rest' })}>
          Cancel
        </button>
      </span>
    );
  }
  const disabled = choice === undefined || step.kind === 'busy';
  const ask = (what: 'replay' | 'discard'): void => {
    if (choice !== undefined) setStep({ kind: 'ask', what, choice });
  };
  return (
    <span className="letter-actions">
      <button type="button" className="button" disabled={disabled} onClick={() => ask('replay')}>
        <RotateCcw size={13} strokeWidth={1.6} />
        Replay {formatNumber(choice?.count ?? 0)}…
      </button>
      <button type="button" className="button" disabled={disabled} onClick={() => ask('discard')}>
        <Trash2 size={13} strokeWidth={1.6} />
        Discard {formatNumber(choice?.count ?? 0)}…
      </button>
    </span>
  );
}
