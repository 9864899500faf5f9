// The dead letters of one reason, newest first, page by page; asked for anew when their number changes.
import { useCallback, useEffect, useState } from 'react';
import { toMusterError } from '../../../core/common/muster-error.ts';
import type { DeadLetterView } from '../../common/dead-letter.ts';
import { useConsole } from '../state/console-state.ts';

const PAGE = 200;
const MAX_SHOWN = 2000;

export interface DeadLetterPages {
  letters: readonly DeadLetterView[];
  /** Whether there are older ones to ask for. */
  more: boolean;
  problem: string;
  loading: boolean;
  loadMore(): void;
  reload(): void;
}

/** `count` is how many there are of that reason: another count is another list. */
export function useDeadLetters(reason: string, count: number): DeadLetterPages {
  const { api } = useConsole();
  const [letters, setLetters] = useState<readonly DeadLetterView[]>([]);
  const [nextBeforeId, setNextBeforeId] = useState(0);
  const [problem, setProblem] = useState('');
  const [loading, setLoading] = useState(false);
  const [asked, setAsked] = useState(0);
  const load = useCallback(
    (beforeId: number, signal?: AbortSignal) => {
      setLoading(true);
      api.request('listDeadLetters', { reason, limit: PAGE, beforeId }, signal).then(
        (answer) => {
          setLetters((before) => [...(beforeId === 0 ? [] : before), ...answer.letters].slice(0, MAX_SHOWN));
          setNextBeforeId(answer.nextBeforeId);
          setProblem('');
          setLoading(false);
        },
        (error: unknown) => {
          if (signal?.aborted) return;
          setProblem(toMusterError(error).message);
          setLoading(false);
        },
      );
    },
    [api, reason],
  );
  useEffect(() => {
    if (reason === '') {
      setLetters([]);
      return;
    }
    const controller = new AbortController();
    load(0, controller.signal);
    return () => controller.abort();
  }, [load, reason, count, asked]);
  return {
    letters,
    more: nextBeforeId !== 0 && letters.length < MAX_SHOWN,
    problem,
    loading,
    loadMore: () => load(nextBeforeId),
    reload: () => setAsked((times) => times + 1),
  };
}
