// Paths worst first, as rows to choose from. Colour only where a path is not as it usually is.
import { type KeyboardEvent, useRef } from 'react';
import { formatMinute, formatNumber } from '../widgets/format.ts';
import { latencyHealth, lostHealth, uptimeHealth } from './probe-health.ts';
import { type ProbePath, pathName } from './probe-paths.ts';

interface Props {
  paths: readonly ProbePath[];
  chosenKey: string | undefined;
  onChoose: (path: ProbePath) => void;
  /** What stands beside now: an hour before, or the usual and since when. */
  against: 'hour' | 'usual';
}

/** Beyond them, the matrix and the filter find a path faster than eyes. */
const MAX_ROWS = 200;

export function PathList({ paths, chosenKey, onChoose, against }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    const next = Math.max(0, Math.min(shown.length - 1, shown.findIndex((path) => path.key === chosenKey) + step));
    const path = shown[next];
    if (path === undefined) return;
    event.preventDefault();
    onChoose(path);
    body.current?.querySelectorAll('button')[next]?.focus();
  };
  const shown = paths.slice(0, MAX_ROWS);
  return (
    <div className="panel-scroll">
      <table className="plain-table path-list">
        <thead>
          <tr>
            <th>Path</th>
            <th className="num">
              Now <small>ms</small>
            </th>
            <th className="num">{against === 'hour' ? '1 h ago' : 'Usual'}</th>
            <th className="num">
              Loss <small>%</small>
            </th>
            {against === 'usual' && (
              <th className="num" title="Correct answers">
                Up <small>%</small>
              </th>
            )}
            {against === 'usual' && <th className="num">Since</th>}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKeyDown}>
          {shown.map((path) => (
            <tr key={path.key} aria-current={path.key === chosenKey || undefined} onClick={() => onChoose(path)}>
              <td className="t1 cut" title={`${pathName(path)}, ${path.row.kind} ${path.row.target}`}>
                <button type="button" className="cut" aria-pressed={path.key === chosenKey}>
                  {pathName(path)}
                </button>
              </td>
              <td className={`num t1 ${latencyHealth(path.now, path.usual)}`}>{formatMs(path.now.p50)}</td>
              <td className="num">{formatMs(against === 'hour' ? path.hourAgoMs : (path.usual?.p50 ?? null))}</td>
              <td className={`num ${lostHealth(path.now, path.usual)}`}>{formatNumber(path.now.lossPercent, 1)}</td>
              {against === 'usual' && <td className={`num ${uptimeHealth(path.now, path.usual)}`}>{formatUp(path.now.uptimePercent)}</td>}
              {against === 'usual' && (
                <td className="num" title={path.health !== '' && path.since === undefined ? 'Not known' : undefined}>
                  {path.health === ''
                    ? ''
                    : path.since === undefined
                      ? '–'
                      : path.since.atLeast
                        ? '> 1 h'
                        : formatMinute(path.since.timeMs)}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {paths.length > MAX_ROWS && <p className="small t3 panel-note">{formatNumber(paths.length - MAX_ROWS)} more, none worse</p>}
    </div>
  );
}

function formatMs(ms: number | null): string {
  return formatNumber(ms, ms === null || ms >= 1 ? 1 : 2);
}

/** 100 only where it is. */
function formatUp(percent: number | null): string {
  return formatNumber(percent === null ? null : Math.floor(percent * 10) / 10, percent === 100 ? 0 : 1);
}
