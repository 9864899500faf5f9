// Over every view of the fleet: how many nodes were late or silent over the window's time, and what happened then. A bar or a mark leads there.
import { type KeyboardEvent, memo, useRef } from 'react';
import { useConsole } from '../../state/console-state.ts';
import { useStore } from '../../state/store.ts';
import { spanOf } from '../../state/time-range.ts';
import { formatDay, formatMinute, formatMoment, formatNumber, zoneOffsetMinutes } from '../../widgets/format.ts';
import { useWidth } from '../../widgets/use-width.ts';
import { placeMarks } from './incident-marks.ts';
import { binEnd, planEnd } from './incident-plan.ts';
import { type BinWorth, barHeights, type Missing } from './strip-bins.ts';
import { type ShownNodes, useIncidents } from './use-incidents.ts';

const HIGH = 26;
const AXIS_APART = 110;

function Strip({ shown }: { shown: ShownNodes }) {
  const { time, fleet, returnToLive, connection } = useConsole();
  const range = useStore(time);
  const known = useStore(connection).kind === 'connected';
  const area = useRef<HTMLDivElement>(null);
  const width = useWidth(area);
  const { plan, bins, total, marks, problem } = useIncidents(shown);
  const spanMs = plan.bins * plan.stepMs;
  const toX = (ms: number): number => ((ms - plan.fromMs) / spanMs) * width;
  const cursorMs = range.kind === 'past' ? range.toMs : undefined;
  const goTo = (ms: number): void => {
    if (ms >= fleet.now()) returnToLive();
    else time.set({ kind: 'past', fromMs: ms - spanOf(range), toMs: ms });
  };
  const binOf = (ms: number): number => Math.min(plan.bins - 1, Math.max(0, Math.ceil((ms - plan.fromMs) / plan.stepMs) - 1));
  const current = binOf(cursorMs ?? fleet.now());
  const countAt = (bin: number): number => (bins === undefined ? 0 : bins.late[bin]! + bins.silent[bin]!);
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    goTo(binEnd(plan, Math.max(0, current + by)));
  };
  const step = width / plan.bins;
  const isKnown = (bin: number): boolean => bins !== undefined && (bins.worth[bin] === 'counted' || bins.worth[bin] === 'heard');
  // Which nodes match is looked at now and then; those that are missing may be others meanwhile.
  const ofAll = `${formatNumber(countAt(current))} of ${formatNumber(Math.max(total, countAt(current)))}`;
  const words = isKnown(current) ? `${ofAll} late or silent` : 'not known';
  const count = bins === undefined ? '…' : isKnown(current) ? ofAll : 'not known';
  const lead = `Late or silent${shown.filter === '' ? '' : ' of the matches'}: ${count}`;
  return (
    <section className="strip" aria-label="Nodes late or silent over time">
      <div className="strip-marks">
        <span className="t3">{problem === '' ? lead : ''}</span>
        {problem !== '' && (
          <span className="late cut" title={problem}>
            Late or silent: the store could not be read; hatched periods are unknown: {problem}
          </span>
        )}
        {placeMarks(marks, toX, width, lead).map((mark) => (
          <button
            key={`${mark.timeMs} ${mark.words}`}
            type="button"
            className={`strip-mark ${mark.tone} ${mark.side ?? ''}`}
            style={{ left: mark.x }}
            title={`${formatMoment(mark.timeMs, fleet.now())} ${mark.words}`}
            aria-label={`${formatMoment(mark.timeMs, fleet.now())} ${mark.words}: go to this moment`}
            onClick={() => goTo(mark.timeMs)}
          >
            <i />
            {mark.side !== undefined && <span>{mark.words}</span>}
          </button>
        ))}
      </div>
      <div
        ref={area}
        className={`strip-bars${known ? '' : ' stale'}`}
        role="slider"
        aria-label="Moment of the fleet"
        aria-valuemin={0}
        aria-valuemax={plan.bins - 1}
        aria-valuenow={current}
        aria-valuetext={`${formatMoment(binEnd(plan, current), fleet.now())}, ${words}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onClick={(event) => goTo(binEnd(plan, Math.floor((event.clientX - event.currentTarget.getBoundingClientRect().left) / step)))}
      >
        <svg width={width} height={HIGH} aria-hidden="true">
          <defs>
            <pattern id="strip-unknown" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <line x1="0" y1="0" x2="0" y2="5" stroke="currentColor" strokeWidth="1.6" />
            </pattern>
          </defs>
          {bins !== undefined &&
            Array.from({ length: plan.bins }, (_, bin) => {
              const missing = { late: bins.late[bin]!, silent: bins.silent[bin]! };
              const { late, silent } = barHeights(missing, total, HIGH);
              const bar = { x: bin * step + 0.5, width: Math.max(1, step - 1) };
              return (
                <g key={binEnd(plan, bin)}>
                  {bins.worth[bin] === 'unknown' && <rect x={bin * step} width={step} y={0} height={HIGH} className="strip-unknown" />}
                  {silent > 0 && <rect {...bar} className="bad" y={HIGH - silent} height={silent} fill="currentColor" />}
                  {late > 0 && <rect {...bar} className="late" y={HIGH - silent - late} height={late} fill="currentColor" />}
                  <title>{`${formatMoment(binEnd(plan, bin), fleet.now())}: ${toldOf(bins.worth[bin], missing, total)}`}</title>
                  <rect x={bin * step} width={step} y={0} height={HIGH} fill="transparent" />
                </g>
              );
            })}
        </svg>
        {total > 0 && <Scale total={total} />}
        {cursorMs !== undefined && <i className="strip-cursor" style={{ left: toX(cursorMs) }} />}
      </div>
      <Axis fromMs={plan.fromMs} toMs={planEnd(plan)} width={width} />
    </section>
  );
}

/** What a bin is, in words. */
function toldOf(worth: BinWorth | undefined, { late, silent }: Missing, total: number): string {
  if (worth === 'unknown') return 'not known';
  return worth === 'ahead' ? 'not yet' : `${formatNumber(late)} late, ${formatNumber(silent)} silent, of ${formatNumber(total)}`;
}

/** The heights are no plain shares: a line says where a tenth of all nodes stands, and the top is all of them. */
function Scale({ total }: { total: number }) {
  const tenth = barHeights({ late: 0, silent: total / 10 }, total, HIGH).silent;
  return (
    <span className="strip-scale" aria-hidden="true" title={`Full height: all ${formatNumber(total)} nodes. The line: a tenth of them`}>
      <i style={{ bottom: tenth }} />
      <small style={{ bottom: tenth - 6 }}>10 %</small>
    </span>
  );
}

const TICKS_MS = [60_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 43_200_000, 86_400_000, 172_800_000];

function Axis({ fromMs, toMs, width }: { fromMs: number; toMs: number; width: number }) {
  const room = Math.max(1, Math.floor(width / AXIS_APART));
  const tick = TICKS_MS.find((each) => (toMs - fromMs) / each <= room) ?? (TICKS_MS.at(-1) as number);
  // By midnight of the shown zone
  const offset = -zoneOffsetMinutes(fromMs) * 60_000;
  const first = Math.ceil((fromMs - offset) / tick) * tick + offset;
  const times = Array.from({ length: Math.max(0, Math.floor((toMs - first) / tick) + 1) }, (_, i) => first + i * tick);
  const format = toMs - fromMs > 86_400_000 ? formatDay : formatMinute;
  return (
    <div className="strip-axis" aria-hidden="true">
      {times.map((time) => {
        const x = ((time - fromMs) / (toMs - fromMs)) * width;
        return x < 20 || x > width - 30 ? null : (
          <small key={time} style={{ left: x }}>
            {format(time)}
          </small>
        );
      })}
    </div>
  );
}

export const IncidentStrip = memo(Strip);
