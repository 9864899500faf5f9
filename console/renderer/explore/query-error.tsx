// A query that gave no answer: what happened, what it means, what to do; the technical words with a copy.
import type { MusterError } from '../../../core/common/muster-error.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { formatClock, zoneName } from '../parts/format.ts';
import { StateMark } from '../parts/state-mark.tsx';
import { TIMEOUT_MS } from './query-state.ts';

interface Words {
  what: string;
  meaning: string;
}

const WORDS: Partial<Record<MusterError['code'], Words>> = {
  invalid_argument: {
    what: 'The query was not accepted',
    meaning: 'Only one SELECT over the fleet’s tables is answered here. The words below name the place.',
  },
  deadline_exceeded: {
    what: `The query was stopped after ${TIMEOUT_MS / 1000} s`,
    meaning: 'It reads too much at once. Shorten the window’s time, name fewer nodes, or sample by a longer step.',
  },
  cancelled: { what: 'The query was cancelled', meaning: 'Nothing was changed. Run it again when you are ready.' },
  limit_exceeded: { what: 'The gateway has too much to do', meaning: 'Other queries are under way. Try again in a moment.' },
  resource_exhausted: { what: 'Too many queries are under way', meaning: 'Three of this token run at a time. Try again in a moment.' },
  unavailable: {
    what: 'The query got no answer',
    meaning: 'The gateway or its store is not reachable now. It is tried again by itself; run the query when it is back.',
  },
};

/** A limit of the database's own is met by this query alone; it says so in its own words. */
const TOO_LARGE: Words = {
  what: 'The query is larger than the database allows',
  meaning: 'Ask for less at once: fewer rows, shorter texts. Waiting does not help.',
};

export function QueryError({ error, ranMs, onEdit }: { error: MusterError; ranMs: number; onEdit: () => void }) {
  const ofDatabase = error.code === 'limit_exceeded' && error.message.startsWith('the database says');
  const words = (ofDatabase ? TOO_LARGE : WORDS[error.code]) ?? {
    what: 'The query failed',
    meaning: 'The store answered with an error. The words below are its own.',
  };
  const detail = `${error.code}: ${error.message}\n${formatClock(ranMs)} ${zoneName()}`;
  return (
    <div className="blank" role="alert">
      <h2>
        <StateMark state="silent" />
        {words.what}
      </h2>
      <p>{words.meaning}</p>
      <div className="row">
        <button type="button" className="button" onClick={onEdit}>
          Edit the query
        </button>
      </div>
      <div className="code">
        <code>{detail}</code>
        <CopyButton text={detail} />
      </div>
    </div>
  );
}
