// One node: who it is, eight figures, and its sections of charts and tables over the window's time.
import { useEffect, useLayoutEffect, useMemo, useState } from 'react';
import { toMusterError } from '../../../core/common/muster-error.ts';
import type { FleetNode } from '../../common/fleet-node.ts';
import { DisconnectedNotice } from '../fleet/disconnected-notice.tsx';
import { useConsole } from '../state/console-state.ts';
import { navigate } from '../state/route.ts';
import { useStore } from '../state/store.ts';
import { ChartsGrid } from './charts/charts-grid.tsx';
import { useGestures } from './charts/use-gestures.ts';
import { joinedMs } from './joined.ts';
import { NodeFeed } from './node-feed.ts';
import { NodeHeader } from './node-header.tsx';
import { NodeTabs, SECTION_PANEL } from './node-tabs.tsx';
import { NodeTiles } from './node-tiles.tsx';
import { EventsSection } from './sections/events-section.tsx';
import { SectionTables } from './sections/section-tables.tsx';
import { UnavailableLine } from './sections/unavailable-line.tsx';
import { askingOf, type Section, sectionOf } from './sections.ts';
import { SilenceLine } from './silence-line.tsx';

export default function NodePage({ nodeId, section: key }: { nodeId: string; section?: string | undefined }) {
  const { api, painter, fleet, time, clock } = useConsole();
  const snapshot = useStore(fleet.snapshot);
  const range = useStore(time);
  const now = useStore(clock);
  const node = snapshot.nodes.get(nodeId);
  const section = sectionOf(key);
  const [problem, setProblem] = useState('');
  const feed = useMemo(() => new NodeFeed(api, painter, nodeId, () => fleet.now()), [api, painter, nodeId, fleet]);
  const known = node !== undefined;
  const intervalMs = node?.intervalMs ?? 1000;
  const joined = joinedMs(node);

  useEffect(() => () => feed.close(), [feed]);
  useEffect(() => {
    if (known) feed.show(range, intervalMs, joined);
  }, [feed, known, range, intervalMs, joined]);
  useEffect(() => {
    if (known) feed.follow(askingOf(section));
  }, [feed, known, section]);
  // Before the tables ask: of a node that is silent they show its last sample.
  useLayoutEffect(() => {
    if (node !== undefined) feed.hear(node);
  }, [feed, node]);
  // Dependencies: a second of the gateway's clock went by
  useEffect(() => feed.tick(), [feed, now]);
  useEffect(() => {
    // A name in the address, or a node this window has not heard of yet.
    if (known || !snapshot.complete) return;
    const controller = new AbortController();
    api.request('getNode', { node: nodeId }, controller.signal).then(
      (found: FleetNode) => {
        // Whoever went elsewhere meanwhile is not called back.
        if (!controller.signal.aborted) navigate({ page: 'node', nodeId: found.nodeId }, 'replace');
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setProblem(toMusterError(error).message);
      },
    );
    return () => controller.abort();
  }, [api, known, nodeId, snapshot.complete]);

  if (node === undefined) return problem === '' ? null : <Unknown problem={problem} />;
  return (
    <>
      <NodeHeader node={node} feed={feed} section={section} />
      <DisconnectedNotice />
      <SilenceLine node={node} feed={feed} />
      <NodeTiles node={node} feed={feed} />
      <NodeTabs nodeId={nodeId} feed={feed} section={section} />
      <UnavailableLine nodeId={nodeId} section={section} />
      <SectionBody node={node} feed={feed} section={section} />
    </>
  );
}

function SectionBody({ node, feed, section }: { node: FleetNode; feed: NodeFeed; section: Section }) {
  useStore(feed.state);
  const gestures = useGestures(feed);
  if (section.key === 'events') {
    return (
      <div className="section-scroll" id={SECTION_PANEL} role="tabpanel" aria-label={section.title}>
        <EventsSection feed={feed} />
      </div>
    );
  }
  const openEvents = (): void => navigate({ page: 'node', nodeId: node.nodeId, section: 'events' });
  const tables = <SectionTables node={node} feed={feed} section={section} />;
  return (
    <ChartsGrid
      key={section.key}
      label={section.title}
      feed={feed}
      charts={section.charts}
      gestures={gestures}
      openEvents={openEvents}
      before={section.tablesFirst && tables}
    >
      {!section.tablesFirst && tables}
    </ChartsGrid>
  );
}

function Unknown({ problem }: { problem: string }) {
  return (
    <div className="blank">
      <h2>Unknown node</h2>
      <p>{problem}</p>
      <div className="row">
        <a className="button" href="#/fleet">
          Show the fleet
        </a>
      </div>
    </div>
  );
}
