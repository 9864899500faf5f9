// What was set aside, by reason, and tables the database suspended with its own words.
import type { PipelineView } from '../../common/pipeline-view.ts';
import { formatClock, formatNumber, plural } from '../parts/format.ts';

/** The ETL's bounded words, for people. */
const REASONS: Readonly<Record<string, string>> = {
  malformed: 'Not readable',
  not_finite: 'Infinite value',
  time_missing: 'Time is missing',
  time_negative: 'Time before 1970',
  time_in_seconds: 'Time in seconds, not microseconds',
  time_in_milliseconds: 'Time in milliseconds, not microseconds',
  time_too_far: 'Time in the future',
  time_too_old: 'Older than its table keeps',
  bad_name: 'Name not allowed',
  type_changed: 'Field changed its type',
  too_many_series: 'Too many series',
  clock_skew: 'Clock more than a day off',
  rejected_by_database: 'Rejected by the database',
  reserved_measurement: 'Reserved measurement',
};

export function DeadLetters({ view }: { view: PipelineView }) {
  const reasons = Object.entries(view.deadLetters).sort(([, a], [, b]) => b - a);
  const total = reasons.reduce((sum, [, count]) => sum + count, 0);
  return (
    <section className="panel">
      <div className="chart-head">
        <h3>Dead letters</h3>
        <span className="t3">{total === 0 ? 'none' : `${formatNumber(total)} set aside`}</span>
      </div>
      {reasons.length > 0 && (
        <table className="plain-table">
          <tbody>
            {reasons.map(([reason, count]) => (
              <tr key={reason}>
                <td className="t1 cut">{REASONS[reason] ?? reason}</td>
                <td className="mono cut">{reason}</td>
                <td className="num late">{formatNumber(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {reasons.length === 0 && <p className="small t3 panel-note">No row was set aside.</p>}
      {view.suspendedTables.length > 0 && (
        <>
          <div className="chart-head">
            <h3>Suspended tables</h3>
            <span className="t3">{plural(view.suspendedTables.length, 'table')}</span>
          </div>
          {view.suspendedTables.map(({ table, error, sinceMs }) => (
            <p key={table} className="small panel-note">
              <b>{table}</b> stopped taking writes{sinceMs === null ? '' : ` at ${formatClock(sinceMs)}`}:{' '}
              <span className="bad">{error}</span>. Its rows wait and none is lost; writing resumes by itself once the cause is gone.
            </p>
          ))}
        </>
      )}
    </section>
  );
}
