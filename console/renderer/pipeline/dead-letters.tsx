// The workbench of dead letters: reasons, then rows, then the field at fault.
import { useState } from 'react';
import type { PipelineView } from '../../common/pipeline-view.ts';
import { useNodeNames } from '../explore/use-node-names.ts';
import { visible } from '../explore/visible-text.ts';
import { formatAge, formatClock, formatNumber, plural } from '../parts/format.ts';
import { useConsole } from '../state/console-state.ts';
import { LetterActions } from './letter-actions.tsx';
import { LetterDetail } from './letter-detail.tsx';
import { letterFields, reasonInWords } from './letter-words.ts';
import { useDeadLetters } from './use-dead-letters.ts';

export function DeadLetters({ view }: { view: PipelineView }) {
  const { fleet } = useConsole();
  const nameOf = useNodeNames();
  const [wanted, setWanted] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [shownId, setShownId] = useState(0);
  const [said, setSaid] = useState('');
  const reasons = Object.entries(view.deadLetters).sort(([, a], [, b]) => b - a);
  const reason = reasons.some(([name]) => name === wanted) ? wanted : (reasons[0]?.[0] ?? '');
  const count = view.deadLetters[reason] ?? 0;
  const pages = useDeadLetters(reason, count);
  const total = reasons.reduce((sum, [, letters]) => sum + letters, 0);
  const ids = pages.letters.filter((letter) => chosen.has(letter.id)).map((letter) => letter.id);
  const shown = pages.letters.find((letter) => letter.id === shownId) ?? pages.letters[0];
  const oldest = pages.more ? undefined : pages.letters.at(-1)?.timeMs;
  const toggle = (id: number): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const done = (words = ''): void => {
    setSaid(words);
    setChosen(new Set());
    pages.reload();
  };
  return (
    <section className="panel letters" aria-label="Dead letters">
      <div className="chart-head">
        <h3>Dead letters</h3>
        <span className="t3 cut">
          {total === 0 ? 'none' : `${formatNumber(total)} waiting`}
          {oldest ? `, oldest of these ${formatAge(fleet.now() - oldest)}` : ''}
        </span>
        <span className="grow" />
        {reason !== '' && <LetterActions reason={reason} ids={ids} count={ids.length === 0 ? count : ids.length} onDone={() => done()} />}
      </div>
      {said !== '' && (
        <p className="small t2 panel-note" role="status">
          {said}
        </p>
      )}
      {reasons.length === 0 && (
        <p className="small t3 panel-note">
          No row was set aside. One that is wrong comes here with its reason, and the rest of its batch is stored.
        </p>
      )}
      {reasons.length > 0 && (
        <ul className="letter-reasons" aria-label="Reasons">
          {reasons.map(([name, letters]) => (
            <li key={name}>
              <button
                type="button"
                aria-pressed={name === reason}
                onClick={() => {
                  setWanted(name);
                  setChosen(new Set());
                }}
              >
                <span className="cut grow t1">{reasonInWords(name)}</span>
                <span className="mono t3 cut">{visible(name, 40)}</span>
                <span className="num late">{formatNumber(letters)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {pages.problem !== '' && <p className="small bad panel-note">They cannot be read: {pages.problem}</p>}
      {pages.letters.length > 0 && (
        <div className="letter-rows">
          <table className="plain-table">
            <thead>
              <tr>
                <th aria-label="Chosen" />
                <th>Set aside</th>
                <th>Node</th>
                <th>Field</th>
                <th>Value that came</th>
              </tr>
            </thead>
            <tbody>
              {pages.letters.map((letter) => {
                const fault = letterFields(letter)?.find((field) => field.atFault);
                const node = nameOf(letter.nodeId) ?? letter.nodeId;
                return (
                  <tr key={letter.id} className={letter === shown ? 'chosen' : ''} onClick={() => setShownId(letter.id)}>
                    <td>
                      <input
                        type="checkbox"
                        aria-label={`Choose letter ${letter.id}`}
                        checked={chosen.has(letter.id)}
                        onChange={() => toggle(letter.id)}
                      />
                    </td>
                    <td>
                      <button type="button" aria-label={`Show letter ${letter.id}`} onClick={() => setShownId(letter.id)}>
                        {letter.timeMs === null ? '–' : formatClock(letter.timeMs)}
                      </button>
                    </td>
                    <td className="t1 cut">{visible(node, 60)}</td>
                    <td className="cut">{visible([letter.measurement, fault?.name].filter(Boolean).join('.'), 80)}</td>
                    <td className="mono cut">{fault === undefined ? visible(letter.detail, 80) : visible(fault.value, 80)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
          {pages.more && (
            <button type="button" className="link panel-note" disabled={pages.loading} onClick={pages.loadMore}>
              Show older ones, beyond these {plural(pages.letters.length, 'letter')}
            </button>
          )}
        </div>
      )}
      {shown !== undefined && <LetterDetail letter={shown} nodeName={nameOf(shown.nodeId) ?? shown.nodeId} onDone={done} />}
    </section>
  );
}
