// The charts of a section in columns, the row of events over each column, panels of tables among them.
import { type ReactNode, useRef } from 'react';
import { useWidth } from '../../widgets/use-width.ts';
import type { NodeFeed } from '../node-feed.ts';
import { SECTION_PANEL } from '../node-tabs.tsx';
import type { ChartSpec } from '../specs/chart-spec.ts';
import type { ChartGestures } from './chart-gestures.ts';
import { ChartPanel } from './chart-panel.tsx';
import { EventMarks } from './event-marks.tsx';

interface Props {
  /** Name of the section. */
  label: string;
  feed: NodeFeed;
  charts: readonly ChartSpec[];
  gestures: ChartGestures;
  openEvents: () => void;
  /** Panels before the charts. */
  before?: ReactNode;
  /** Panels after the charts. */
  children?: ReactNode;
}

export function ChartsGrid({ label, feed, charts, gestures, openEvents, before, children }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const columns = width >= 1500 ? 3 : width >= 720 ? 2 : 1;
  const drawn = charts
    .map((spec) => ({ spec, drawn: feed.draw(spec) }))
    .filter(({ spec, drawn }) => isShown(spec, drawn.lines.length, drawn.columns.lines));
  return (
    <div
      className="charts"
      id={SECTION_PANEL}
      role="tabpanel"
      aria-label={label}
      ref={place}
      style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
    >
      {before}
      {drawn.length > 0 &&
        Array.from({ length: columns }, (_, column) => column).map((column) => <EventMarks key={column} feed={feed} onOpen={openEvents} />)}
      {drawn.map(({ spec, drawn }) => (
        <ChartPanel key={spec.key} spec={spec} feed={feed} drawn={drawn} gestures={gestures} />
      ))}
      {children}
    </div>
  );
}

/** An optional chart is for what the node has. */
function isShown(spec: ChartSpec, lines: number, columns: readonly (readonly (number | null)[])[]): boolean {
  if (!spec.optional) return true;
  const newest = columns.map((column) => column.findLast((value) => value !== null) ?? Number.NaN);
  return lines > 0 && newest.some((value) => !Number.isNaN(value)) && (spec.present?.(newest) ?? true);
}
