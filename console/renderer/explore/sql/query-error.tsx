// A query that gave no answer: what happened, what it means, what to do; the technical words with a copy.
import type { MusterError } from '../../../../core/common/muster-error.ts';
import { CopyButton } from '../../widgets/copy-button.tsx';
import { formatClock, zoneName } from '../../widgets/format.ts';
import { StateMark } from '../../widgets/state-mark.tsx';
import { visible } from '../../widgets/visible-text.ts';
import { TIMEOUT_MS } from '../query-state.ts';

interface Words {
  what: string;
  meaning: string;
}

const WORDS: Partial<Record<MusterError['code'], Words>> = {
  invalid_argument: {
    what: 'The query was not accepted',
    meaning: '',
  },
  deadline_exceeded: {
    what: `The query was stopped after ${TIMEOUT_MS / 1000} s`,
    meaning: 'It reads too much at once. Choose a shorter time range, fewer nodes or a longer step.',
  },
  cancelled: { what: 'The query was cancelled', meaning: 'Run it again at any time.' },
  limit_exceeded: { what: 'The gateway is busy', meaning: 'Other queries are running. Try again in a moment.' },
  resource_exhausted: { what: 'Too many queries are running', meaning: 'A token may run three at a time. Try again in a moment.' },
  unavailable: {
    what: 'No answer',
    meaning: 'The gateway or its store cannot be reached. The console reconnects by itself; run the query again then.',
  },
};

/** A limit of the database's own is met by this query alone; it says so in its own words. */
const TOO_LARGE: Words = {
  what: 'The query is larger than the database allows',
  meaning: 'Ask for less at once: fewer rows or shorter texts. Waiting does not help.',
};

export function QueryError({ error, ranMs, onEdit }: { error: MusterError; ranMs: number; onEdit: () => void }) {
  const ofDatabase = error.code === 'limit_exceeded' && error.message.startsWith('the database says');
  const words = (ofDatabase ? TOO_LARGE : WORDS[error.code]) ?? {
    what: 'The query failed',
    meaning: 'The store answered with the error below.',
  };
  const detail = `${error.code}: ${error.message}\n${formatClock(ranMs)} ${zoneName(ranMs)}`;
  return (
    <div className="blank" role="alert">
      <h2>
        <StateMark state="silent" />
        {words.what}
      </h2>
      <p>{words.meaning === '' ? sentence(error.message) : words.meaning}</p>
      <div className="row">
        <button type="button" className="button" onClick={onEdit}>
          Edit query
        </button>
      </div>
      <div className="code">
        <code>{detail}</code>
        <CopyButton text={detail} />
      </div>
    </div>
  );
}

/** The gateway's own reason as a sentence. */
function sentence(text: string): string {
  const words = visible(text, 300);
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}${/[.?!…]$/.test(words) ? '' : '.'}`;
}
