// The dead letters of one reason, newest first, page by page. A generation is one list: what was asked for an earlier one is not added to it.
import { useCallback, useEffect, useRef, useState } from 'react';
import { toMusterError } from '../../../core/common/muster-error.ts';
import type { DeadLetterView } from '../../common/dead-letter.ts';
import { useConsole } from '../state/console-state.ts';

const PAGE = 200;
const MAX_SHOWN = 2000;

export interface DeadLetterPages {
  letters: readonly DeadLetterView[];
  /** The newest of the reason when the list was read; 0 where none is known. */
  newestId: number;
  /** How many of the reason there were when the list was read. */
  count: number;
  /** Whether there are older ones to ask for. */
  more: boolean;
  problem: string;
  loading: boolean;
  /** Letters came or went since, and the list was held. */
  stale: boolean;
  loadMore(): void;
  reload(): void;
}

interface List {
  reason: string;
  letters: readonly DeadLetterView[];
  newestId: number;
  count: number;
  nextBeforeId: number;
}

const NONE: List = { reason: '', letters: [], newestId: 0, count: 0, nextBeforeId: 0 };

/** `count` is how many there are of that reason now: another count is another list, unless it is to be held as it is. */
export function useDeadLetters(reason: string, count: number, held: boolean): DeadLetterPages {
  const { api } = useConsole();
  const [list, setList] = useState<List>(NONE);
  const [problem, setProblem] = useState('');
  const [loading, setLoading] = useState(false);
  const [asked, setAsked] = useState(0);
  const generation = useRef(new AbortController());
  const shown = list.reason === reason ? list : NONE;
  const load = useCallback(
    (beforeId: number) => {
      if (beforeId === 0) {
        generation.current.abort();
        generation.current = new AbortController();
      }
      const { signal } = generation.current;
      setLoading(true);
      api.request('listDeadLetters', { reason, limit: PAGE, beforeId }, signal).then(
        ({ letters, nextBeforeId, byReason }) => {
          if (signal.aborted) return;
          setList((before) => {
            if (beforeId !== 0) return { ...before, letters: [...before.letters, ...letters].slice(0, MAX_SHOWN), nextBeforeId };
            return { reason, letters, newestId: letters[0]?.id ?? 0, count: byReason[reason] ?? 0, nextBeforeId };
          });
          setProblem('');
          setLoading(false);
        },
        (error: unknown) => {
          if (signal.aborted) return;
          setProblem(toMusterError(error).message);
          setLoading(false);
        },
      );
    },
    [api, reason],
  );
  const read = useRef({ reason: '', count: -1, asked: -1 });
  useEffect(
    () => () => {
      generation.current.abort();
      read.current = { reason: '', count: -1, asked: -1 };
    },
    [],
  );
  useEffect(() => {
    const { current: last } = read;
    const other = last.reason !== reason || last.asked !== asked;
    if (!other && (held || last.count === count)) return;
    read.current = { reason, count, asked };
    if (reason === '') generation.current.abort();
    else load(0);
  }, [load, reason, count, asked, held]);
  return {
    letters: shown.letters,
    newestId: shown.newestId,
    count: shown.count,
    more: shown.nextBeforeId !== 0 && shown.letters.length < MAX_SHOWN,
    problem,
    loading,
    stale: held && shown.count !== count,
    loadMore: () => load(shown.nextBeforeId),
    reload: () => setAsked((times) => times + 1),
  };
}
