// One node: who it is, eight figures, and charts over the window's time.
import { useEffect, useMemo, useRef, useState } from 'react';
import { toMusterError } from '../../../core/common/muster-error.ts';
import type { FleetNode } from '../../common/fleet-node.ts';
import { DisconnectedNotice } from '../fleet/disconnected-notice.tsx';
import { useConsole } from '../state/console-state.ts';
import { navigate } from '../state/route.ts';
import { useStore } from '../state/store.ts';
import { pastRange, type TimeRange } from '../state/time-range.ts';
import { ChartPanel } from './chart-panel.tsx';
import { CHARTS, type ChartSpec } from './chart-specs.ts';
import { EventsPanel } from './events-panel.tsx';
import { FilesystemsPanel } from './filesystems-panel.tsx';
import { NodeFeed } from './node-feed.ts';
import { NodeHeader } from './node-header.tsx';
import { NodeTiles } from './node-tiles.tsx';

export default function NodePage({ nodeId }: { nodeId: string }) {
  const { api, painter, fleet, time, returnToLive } = useConsole();
  const snapshot = useStore(fleet.snapshot);
  const range = useStore(time);
  const node = snapshot.nodes.get(nodeId);
  const [problem, setProblem] = useState('');
  const beforeZoom = useRef<TimeRange>(undefined);
  const feed = useMemo(() => new NodeFeed(api, painter, nodeId, () => fleet.now()), [api, painter, nodeId, fleet]);
  const { version } = useStore(feed.state);
  const known = node !== undefined;
  const intervalMs = node?.intervalMs ?? 1000;
  const joinedMs = node?.enrolledMs ?? 0;

  useEffect(() => () => feed.close(), [feed]);
  useEffect(() => {
    if (known) feed.show(range, intervalMs, joinedMs);
  }, [feed, known, range, intervalMs, joinedMs]);
  useEffect(() => {
    // A name in the address, or a node this window has not heard of yet.
    if (known || !snapshot.complete) return;
    api.request('getNode', { node: nodeId }).then(
      (found: FleetNode) => navigate({ page: 'node', nodeId: found.nodeId }, 'replace'),
      (error: unknown) => setProblem(toMusterError(error).message),
    );
  }, [api, known, nodeId, snapshot.complete]);

  if (node === undefined) return problem === '' ? null : <Unknown problem={problem} />;
  const zoom = (from: number, to: number): void => {
    const next = pastRange(Math.round(from * 1000), Math.round(to * 1000));
    if (next === undefined) return;
    beforeZoom.current ??= range;
    time.set(next);
  };
  const reset = (): void => {
    if (beforeZoom.current === undefined) returnToLive();
    else time.set(beforeZoom.current);
    beforeZoom.current = undefined;
  };
  const shown = CHARTS.filter((spec) => isShown(spec, feed));
  return (
    <>
      <NodeHeader node={node} feed={feed} />
      <DisconnectedNotice />
      <NodeTiles node={node} feed={feed} version={version} />
      <div className="charts">
        {shown.map((spec) => (
          <ChartPanel key={spec.key} spec={spec} feed={feed} onZoom={zoom} onReset={reset} />
        ))}
        <FilesystemsPanel feed={feed} />
        <EventsPanel feed={feed} />
      </div>
    </>
  );
}

/** An optional chart is for what the node has. */
function isShown(spec: ChartSpec, feed: NodeFeed): boolean {
  if (spec.hidden || !spec.optional) return !spec.hidden;
  const newest = feed.data.get(spec.key)?.newest();
  return newest !== undefined && (spec.present?.(newest) ?? true);
}

function Unknown({ problem }: { problem: string }) {
  return (
    <div className="blank">
      <h2>This node is not known</h2>
      <p>{problem}</p>
      <div className="row">
        <a className="button" href="#/fleet">
          Show the fleet
        </a>
      </div>
    </div>
  );
}
