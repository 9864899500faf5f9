// How far each export is, with its cancel; one that ended stays until it is put away.
import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { toMusterError } from '../../../../core/common/muster-error.ts';
import type { ExportView } from '../../../common/export-view.ts';
import { useConsole } from '../../state/console-state.ts';
import { formatBytes, formatNumber, plural } from '../../widgets/format.ts';
import { visible } from '../../widgets/visible-text.ts';

const MAX_LINES = 3;
/** Dismiss in this window; its host forgets them by itself. */
const putAway = new Set<string>();

export function ExportLines({ problem, onProblem }: { problem: string; onProblem: (words: string) => void }) {
  const { api } = useConsole();
  const [exports, setExports] = useState<readonly ExportView[]>([]);
  const [, setPutAway] = useState(0);
  useEffect(() => api.subscribe('exports', {}, setExports), [api]);
  const cancel = (exportId: string): void => {
    api.request('cancelExport', { exportId }).catch((error: unknown) => onProblem(toMusterError(error).message));
  };
  const shown = exports.filter(({ exportId }) => !putAway.has(exportId)).slice(0, MAX_LINES);
  return (
    <>
      {problem !== '' && (
        <div className="export-line" role="alert">
          <span className="bad cut grow">The export did not begin: {problem}</span>
          <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => onProblem('')}>
            <X size={13} strokeWidth={1.6} />
          </button>
        </div>
      )}
      {shown.map((view) => (
        <div key={view.exportId} className="export-line" role="status">
          <b className="cut">{visible(view.name, 80)}</b>
          {view.state === 'running' && (
            <progress
              aria-label={`Export of ${view.name}`}
              max={1}
              {...(view.totalRows > 0 ? { value: view.rows / view.totalRows } : {})}
            />
          )}
          <span className={`cut grow ${view.state === 'failed' ? 'bad' : 't2'}`}>{wordsOf(view)}</span>
          {view.state === 'running' ? (
            <button type="button" className="button" onClick={() => cancel(view.exportId)}>
              Cancel
            </button>
          ) : (
            <button
              type="button"
              className="icon-button"
              aria-label={`Dismiss ${view.name}`}
              onClick={() => {
                putAway.add(view.exportId);
                setPutAway(putAway.size);
              }}
            >
              <X size={13} strokeWidth={1.6} />
            </button>
          )}
        </div>
      ))}
    </>
  );
}

function wordsOf({ state, rows, totalRows, bytes, problem }: ExportView): string {
  const of = totalRows > 0 ? ` of ${formatNumber(totalRows)}` : '';
  if (state === 'failed') return `failed after ${plural(rows, 'row')}: ${problem}`;
  if (state === 'cancelled') return 'cancelled, no file was kept';
  if (state === 'done') return `exported: ${plural(rows, 'row')}, ${formatBytes(bytes)}`;
  return `${formatNumber(rows)}${of} rows, ${formatBytes(bytes)}`;
}
