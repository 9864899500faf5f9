// One sentence over the page of a node that is not heard: since when, what is known of it, where to look.
import type { FleetNode } from '../../common/fleet-node.ts';
import { useConsole } from '../state/console-state.ts';
import { areStatesKnown, useFleetKnown } from '../state/fleet-known.ts';
import { useStore } from '../state/store.ts';
import { StateMark } from '../widgets/state-mark.tsx';
import type { NodeFeed } from './node-feed.ts';
import { silenceInWords } from './silence-words.ts';

export function SilenceLine({ node, feed }: { node: FleetNode; feed: NodeFeed }) {
  const { fleet, clock, time } = useConsole();
  const { nodes } = useStore(fleet.snapshot);
  const nowMs = useStore(clock);
  const { events } = useStore(feed.state);
  const known = areStatesKnown(useFleetKnown());
  const live = useStore(time).kind === 'live';
  // Late passes by itself most times; a lost gateway has a line of its own.
  const words = known && live && node.state === 'silent' ? silenceInWords({ node, nodes, events, nowMs }) : '';
  if (words === '') return null;
  return (
    <p className="silence-line" role="status">
      <StateMark state={node.state} />
      <span>{words}</span>
    </p>
  );
}
