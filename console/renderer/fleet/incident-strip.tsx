// Over every view of the fleet: how many nodes were late or silent over the window's time, and what happened then. A bar or a mark leads there.
import { type KeyboardEvent, memo, useRef } from 'react';
import { formatClock, formatDay, formatMinute, formatNumber, zoneOffsetMinutes } from '../parts/format.ts';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { spanOf } from '../state/time-range.ts';
import { placeMarks } from './incident-marks.ts';
import { binEnd, planEnd } from './incident-plan.ts';
import { type ShownNodes, useIncidents } from './use-incidents.ts';
import { useWidth } from './use-width.ts';

const HIGH = 26;
const AXIS_APART = 110;

function Strip({ shown }: { shown: ShownNodes }) {
  const { time, fleet, returnToLive, connection } = useConsole();
  const range = useStore(time);
  const known = useStore(connection).kind === 'connected';
  const area = useRef<HTMLDivElement>(null);
  const width = useWidth(area);
  const { plan, bins, marks, problem } = useIncidents(shown);
  const spanMs = plan.bins * plan.stepMs;
  const toX = (ms: number): number => ((ms - plan.fromMs) / spanMs) * width;
  const cursorMs = range.kind === 'past' ? range.toMs : undefined;
  const goTo = (ms: number): void => {
    if (ms >= fleet.now()) returnToLive();
    else time.set({ kind: 'past', fromMs: ms - spanOf(range), toMs: ms });
  };
  const binOf = (ms: number): number => Math.min(plan.bins - 1, Math.max(0, Math.ceil((ms - plan.fromMs) / plan.stepMs) - 1));
  const current = binOf(cursorMs ?? fleet.now());
  const countAt = (bin: number): number => (bins === undefined ? 0 : (bins.late[bin] as number) + (bins.silent[bin] as number));
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    goTo(binEnd(plan, Math.max(0, current + by)));
  };
  const most = Math.max(4, ...Array.from({ length: plan.bins }, (_, bin) => countAt(bin)));
  const step = width / plan.bins;
  const words = bins === undefined ? 'not known yet' : `${formatNumber(countAt(current))} late or silent`;
  const lead = `Late or silent${shown.filter === '' ? '' : ' of those that match'}: ${bins === undefined ? '…' : formatNumber(countAt(current))}`;
  return (
    <section className="strip" aria-label="Nodes late or silent over time">
      <div className="strip-marks">
        <span className="t3">{problem === '' ? lead : ''}</span>
        {problem !== '' && (
          <span className="late cut" title={problem}>
            Late or silent: not readable. {problem}
          </span>
        )}
        {placeMarks(marks, toX, width, lead).map((mark) => (
          <button
            key={`${mark.timeMs} ${mark.words}`}
            type="button"
            className={`strip-mark ${mark.tone} ${mark.side ?? ''}`}
            style={{ left: mark.x }}
            title={`${formatClock(mark.timeMs)} ${mark.words}`}
            aria-label={`${formatClock(mark.timeMs)} ${mark.words}: go to that moment`}
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
        aria-valuetext={`${formatClock(binEnd(plan, current))}, ${words}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onClick={(event) => goTo(binEnd(plan, Math.floor((event.clientX - event.currentTarget.getBoundingClientRect().left) / step)))}
      >
        <svg width={width} height={HIGH} aria-hidden="true">
          {bins !== undefined &&
            Array.from({ length: plan.bins }, (_, bin) => {
              const silent = ((bins.silent[bin] as number) / most) * HIGH;
              const late = ((bins.late[bin] as number) / most) * HIGH;
              const bar = { x: bin * step + 0.5, width: Math.max(1, step - 1) };
              return (
                <g key={binEnd(plan, bin)}>
                  {silent > 0 && <rect {...bar} className="bad" y={HIGH - silent} height={silent} fill="currentColor" />}
                  {late > 0 && <rect {...bar} className="late" y={HIGH - silent - late} height={late} fill="currentColor" />}
                  <title>{`${formatClock(binEnd(plan, bin))}: ${formatNumber(bins.late[bin])} late, ${formatNumber(bins.silent[bin])} silent`}</title>
                  <rect x={bin * step} width={step} y={0} height={HIGH} fill="transparent" />
                </g>
              );
            })}
        </svg>
        {cursorMs !== undefined && <i className="strip-cursor" style={{ left: toX(cursorMs) }} />}
      </div>
      <Axis fromMs={plan.fromMs} toMs={planEnd(plan)} width={width} />
    </section>
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
