// One dead letter: its row with the field at fault, its earlier lives, and its row to mend and send again.
import { useEffect, useState } from 'react';
import { toMusterError } from '../../../core/common/muster-error.ts';
import type { DeadLetterView } from '../../common/dead-letter.ts';
import { useConsole } from '../state/console-state.ts';
import { CopyButton } from '../widgets/copy-button.tsx';
import { formatBytes, formatIsoMicros, formatMoment, formatNumber } from '../widgets/format.ts';
import { visible } from '../widgets/visible-text.ts';
import { editableRow, letterFields, reasonInWords, rowProblem } from './letter-words.ts';

const MAX_VALUE = 500;
const MAX_DECODED = 20_000;

interface Props {
  letter: DeadLetterView;
  nodeName: string;
  /** True while a row is being edited: it must stay on the page then. */
  onEditing: (editing: boolean) => void;
  onDone: (words: string) => void;
}

export function LetterDetail({ letter, nodeName, onEditing, onDone }: Props) {
  const { api, fleet } = useConsole();
  const [edited, setEdited] = useState<string>();
  const [said, setSaid] = useState('');
  const [decoded, setDecoded] = useState('');
  const fields = letterFields(letter);
  const unreadable = fields === undefined;
  useEffect(() => {
    setEdited(undefined);
    setSaid('');
    setDecoded('');
    if (!unreadable) return;
    const controller = new AbortController();
    api.request('getDeadLetter', { id: letter.id }, controller.signal).then(
      (whole) => setDecoded(whole.decoded),
      (error: unknown) => {
        if (!controller.signal.aborted) setSaid(toMusterError(error).message);
      },
    );
    return () => controller.abort();
  }, [api, letter.id, unreadable]);
  const edit = (text: string | undefined): void => {
    setEdited(text);
    onEditing(text !== undefined);
  };
  const problem = edited === undefined ? '' : rowProblem(edited);
  const send = (): void => {
    api.request('replayDeadLetters', { chosen: { ids: [letter.id] }, editedRow: edited ?? '', measurement: '' }).then(
      ({ replayed, problems }) => {
        if (replayed === 0) setSaid(problems.join(' '));
        else onDone(`The row from ${visible(nodeName, 60)} was replayed. If it fails again, it comes back here.`);
      },
      (error: unknown) => setSaid(toMusterError(error).message),
    );
  };
  return (
    <div className="letter-detail">
      <div className="chart-head">
        <h3 className="cut">
          {visible(letter.measurement, 80) || 'a batch'} from {visible(nodeName, 80)}
        </h3>
        <span className="t3 cut grow">
          batch {formatNumber(letter.seq)} of {letter.epoch.slice(0, 8)}, set aside{' '}
          {letter.timeMs === null ? '–' : formatMoment(letter.timeMs, fleet.now())}
        </span>
        {letter.row !== '' && <CopyButton text={letter.row} label="Copy as JSON" />}
        {fields !== undefined && edited === undefined && (
          <button type="button" className="link" onClick={() => edit(editableRow(letter))}>
            Edit and replay…
          </button>
        )}
      </div>
      <p className="small panel-note">
        {reasonInWords(letter.reason)}: <span className="bad">{visible(letter.detail, MAX_VALUE)}</span>
      </p>
      {edited === undefined && fields !== undefined && (
        <table className="letter-fields mono">
          <tbody>
            {fields.map((field) => (
              <tr key={field.name} className={field.atFault ? 'bad' : ''}>
                <th scope="row">{visible(field.name, 80)}</th>
                <td className="cut">{shownValue(field.kind, field.value)}</td>
                <td className={field.atFault ? '' : 't3'}>{field.atFault ? '← here' : field.kind}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {edited !== undefined && (
        <div className="letter-edit">
          <textarea
            aria-label="Row as JSON"
            className="mono"
            spellCheck={false}
            value={edited}
            onChange={(event) => setEdited(event.target.value)}
          />
          <p className="small t3">
            {letter.tags.length > 0 && `${visible(letter.tags.join(', '), 120)}: these are tags and stay text. `}A new name with a number
            becomes a field, one with text becomes a tag.
          </p>
          <div className="row">
            <button type="button" className="button primary" disabled={problem !== ''} onClick={send}>
              Replay this row
            </button>
            <button type="button" className="button" onClick={() => edit(undefined)}>
              Cancel
            </button>
            <span className="small bad cut">{problem}</span>
          </div>
        </div>
      )}
      {unreadable && (
        <pre className="mono letter-raw">{visibleLines(decoded) || `${formatBytes(letter.rawBytes)} that cannot be decoded`}</pre>
      )}
      {said !== '' && (
        <p className="small panel-note t2" role="status">
          {visible(said, 400)}
        </p>
      )}
      {letter.history.map((life) => (
        <p key={life.id} className="small panel-note t3">
          Before its replay, {life.timeMs === null ? '' : formatMoment(life.timeMs, fleet.now())}: {reasonInWords(life.reason)},{' '}
          {visible(life.detail, 200)}
        </p>
      ))}
    </div>
  );
}

function shownValue(kind: string, value: string): string {
  const us = Number(value);
  return kind === 'time' && Number.isFinite(us) && Math.abs(us) < 8.6e18 / 1000 ? isoOr(us, value) : visible(value, MAX_VALUE);
}

/** A time at fault may be no time at all. */
function isoOr(us: number, value: string): string {
  return Math.abs(us) <= 8.64e18 && !Number.isNaN(new Date(us / 1000).getTime()) ? `${formatIsoMicros(us)}  (${value})` : value;
}

function visibleLines(text: string): string {
  return text
    .slice(0, MAX_DECODED)
    .split('\n')
    .map((line) => visible(line, 2000))
    .join('\n');
}
