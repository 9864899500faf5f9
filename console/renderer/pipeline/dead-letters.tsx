// The workbench of dead letters: reasons, then rows, then the field at fault.
import { useCallback, useState } from 'react';
import type { DeadLetterView } from '../../common/dead-letter.ts';
import type { PipelineView } from '../../common/pipeline-view.ts';
import { useNodeNames } from '../explore/result/use-node-names.ts';
import { useConsole } from '../state/console-state.ts';
import { formatAge, formatMoment, formatNumber } from '../widgets/format.ts';
import { visible } from '../widgets/visible-text.ts';
import { LetterActions } from './letter-actions.tsx';
import { letterChoice } from './letter-choice.ts';
import { LetterDetail } from './letter-detail.tsx';
import { letterFields, reasonInWords } from './letter-words.ts';
import { useDeadLetters } from './use-dead-letters.ts';

/** `unknown` says since when and why the counts are not known; empty where they are of now. */
export function DeadLetters({ view, unknown }: { view: PipelineView; unknown: string }) {
  const { fleet } = useConsole();
  const nameOf = useNodeNames();
  const [wanted, setWanted] = useState('');
  const [ticked, setTicked] = useState<ReadonlySet<number>>(new Set());
  const [pinned, setPinned] = useState<DeadLetterView>();
  const [said, setSaid] = useState('');
  const [asking, setAsking] = useState(false);
  const [editing, setEditing] = useState(false);
  const [paged, setPaged] = useState(false);
  const reasons = Object.entries(view.deadLetters).sort(([, a], [, b]) => b - a);
  // What somebody works on stays as it is, whatever arrives meanwhile.
  const held = ticked.size > 0 || asking || editing || paged;
  const reason = held || wanted in view.deadLetters ? wanted : (reasons[0]?.[0] ?? '');
  const pages = useDeadLetters(reason, view.deadLetters[reason] ?? 0, held);
  const total = reasons.reduce((sum, [, letters]) => sum + letters, 0);
  const shown = pinned ?? pages.letters[0];
  const oldest = pages.more ? undefined : pages.letters.at(-1)?.timeMs;
  const toggle = (id: number): void => {
    const next = new Set(ticked);
    if (!next.delete(id)) next.add(id);
    setTicked(next);
    setWanted(reason);
  };
  const show = (letter: DeadLetterView): void => {
    setPinned(letter);
    setEditing(false);
  };
  const turnTo = (name: string): void => {
    setWanted(name);
    setTicked(new Set());
    setPinned(undefined);
    setEditing(false);
    setPaged(false);
  };
  const refresh = (): void => {
    setPaged(false);
    pages.reload();
  };
  const done = (words: string, whole: boolean): void => {
    setSaid(words);
    if (whole) setTicked(new Set());
    setPinned(undefined);
    refresh();
  };
  const onOpen = useCallback(
    (open: boolean): void => {
      setAsking(open);
      if (open) setWanted(reason);
    },
    [reason],
  );
  return (
    <section className="panel letters" aria-label="Dead letters">
      <div className="chart-head">
        <h3>Dead letters</h3>
        <span className="t3 cut">
          {unknown !== '' ? `not known ${unknown}` : total === 0 ? 'none now' : `${formatNumber(total)} waiting now`}
          {ticked.size > 0 ? `, ${formatNumber(ticked.size)} selected` : ''}
          {oldest ? `, oldest ${formatAge(fleet.now() - oldest)}` : ''}
        </span>
        <span className="grow" />
        {reason !== '' && (
          <LetterActions
            key={reason}
            choice={unknown === '' ? letterChoice(ticked, reason, pages.newestId, pages.count) : undefined}
            onOpen={onOpen}
            onDone={done}
            onSaid={setSaid}
          />
        )}
      </div>
      {said !== '' && (
        <p className="small t2 panel-note" role="status">
          {said}
        </p>
      )}
      {reasons.length === 0 && unknown === '' && (
        <p className="small t3 panel-note">
          No dead letters. A row that cannot be stored comes here with its reason; the rest of its batch is stored.
        </p>
      )}
      {reasons.length > 0 && (
        <ul className="letter-reasons" aria-label="Reasons">
          {reasons.map(([name, letters]) => (
            <li key={name}>
              <button type="button" aria-pressed={name === reason} onClick={() => turnTo(name)}>
                <span className="cut grow t1">{reasonInWords(name)}</span>
                <span className="mono t3 cut">{visible(name, 40)}</span>
                <span className="num late">{unknown === '' ? formatNumber(letters) : '–'}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {pages.problem !== '' && <p className="small bad panel-note">The letters cannot be read: {pages.problem}</p>}
      {pages.stale && (
        <p className="small t3 panel-note" role="status">
          Letters came or went since this list was read.{' '}
          <button type="button" className="link" onClick={refresh}>
            Refresh
          </button>
        </p>
      )}
      {pages.letters.length > 0 && (
        <div className="letter-rows">
          <table className="plain-table">
            <thead>
              <tr>
                <th aria-label="Selected" />
                <th>Set aside</th>
                <th>Node</th>
                <th>Field</th>
                <th>Value received</th>
              </tr>
            </thead>
            <tbody>
              {pages.letters.map((letter) => {
                const fault = letterFields(letter)?.find((field) => field.atFault);
                const node = nameOf(letter.nodeId) ?? letter.nodeId;
                return (
                  <tr key={letter.id} className={letter.id === shown?.id ? 'chosen' : ''} onClick={() => show(letter)}>
                    <td>
                      <input
                        type="checkbox"
                        aria-label={`Select letter ${letter.id}`}
                        checked={ticked.has(letter.id)}
                        onChange={() => toggle(letter.id)}
                      />
                    </td>
                    <td>
                      <button type="button" title={`Show letter ${letter.id}`} onClick={() => show(letter)}>
                        {letter.timeMs === null ? '–' : formatMoment(letter.timeMs, fleet.now())}
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
            <button
              type="button"
              className="link panel-note"
              disabled={pages.loading}
              onClick={() => {
                setWanted(reason);
                setPaged(true);
                pages.loadMore();
              }}
            >
              Show older letters (these are the newest {formatNumber(pages.letters.length)})
            </button>
          )}
        </div>
      )}
      {shown !== undefined && (
        <LetterDetail
          letter={shown}
          nodeName={nameOf(shown.nodeId) ?? shown.nodeId}
          onEditing={(now) => {
            setWanted(reason);
            setPinned(shown);
            setEditing(now);
          }}
          onDone={(words) => {
            setEditing(false);
            setTicked(new Set([...ticked].filter((id) => id !== shown.id)));
            done(words, false);
          }}
        />
      )}
    </section>
  );
}
