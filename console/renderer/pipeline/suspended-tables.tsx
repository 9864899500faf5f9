// Tables the database stopped writing, in its own words, and when writing is tried again.
import type { PipelineView } from '../../common/pipeline-view.ts';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { formatAge, formatMoment, plural } from '../widgets/format.ts';
import { StateMark } from '../widgets/state-mark.tsx';
import { visible } from '../widgets/visible-text.ts';

export function SuspendedTables({ view }: { view: PipelineView }) {
  const now = useStore(useConsole().clock);
  if (view.suspendedTables.length === 0) return null;
  return (
    <section className="suspended" role="alert" aria-label="Suspended tables">
      {view.suspendedTables.map(({ table, error, sinceMs, resumeAttempts, nextResumeMs }) => (
        <p key={table} className="small">
          <StateMark state="silent" />
          <span>
            <b className="bad">{visible(table, 80)} takes no writes</b>
            {sinceMs === null ? '' : ` since ${formatMoment(sinceMs, now)}`}: <span className="bad">{visible(error, 500)}</span>. Its rows
            wait in the stream and none is lost. RESUME was{' '}
            {resumeAttempts === 0 ? 'not tried yet' : `tried ${plural(resumeAttempts, 'time')}`}
            {nextResumeMs === null ? '' : `, next in ${formatAge(Math.max(0, nextResumeMs - now))}`}; free space on the store’s disk if it
            names it.
          </span>
        </p>
      ))}
    </section>
  );
}
