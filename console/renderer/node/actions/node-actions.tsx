// What can be done with a node, at the right of its header: lens, commands, copies, labels, release, removal.
import { Activity, Lock, SquareTerminal, Tag, Trash2, Undo2 } from 'lucide-react';
import { useState } from 'react';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { useConsole } from '../../state/console-state.ts';
import { shareAddress } from '../../state/share-address.ts';
import { useStore } from '../../state/store.ts';
import type { TimeRange } from '../../state/time-range.ts';
import { CopyAs } from '../../widgets/copy-as.tsx';
import { grpcurlCall, musterQuery } from '../../widgets/shell-command.ts';
import type { NodeFeed } from '../node-feed.ts';
import { askingOf, type Section } from '../sections.ts';
import { wishesOf, wishKey } from '../series/points.ts';
import { rowsSql } from '../series/series-load.ts';
import { LOAD } from '../specs/cpu.ts';
import { ConfirmDialog, type NodeChange } from './confirm-dialog.tsx';
import { LabelEditor } from './label-editor.tsx';
import { RunPanel } from './run-panel.tsx';
import { useMayChange } from './use-may-change.ts';

const ICON = { size: 14, strokeWidth: 1.6 };

export function NodeActions({ node, feed, section }: { node: FleetNode; feed: NodeFeed; section: Section }) {
  const { connection, time } = useConsole();
  const { kind, gateway } = useStore(connection);
  const range = useStore(time);
  const live = range.kind === 'live';
  const { lensUntilMs } = useStore(feed.state);
  const refusal = useMayChange();
  const [open, setOpen] = useState<'' | 'run' | 'labels' | NodeChange>('');
  const close = (): void => setOpen('');
  const lens = lensUntilMs > 0;
  const lock = refusal !== '' && <Lock size={12} strokeWidth={1.6} aria-label="Read-only" />;
  return (
    <>
      <button
        type="button"
        className="button"
        aria-pressed={lens}
        disabled={!live || kind !== 'connected' || node.state !== 'live'}
        title={live ? 'Ten samples per second, for five minutes' : 'Only while the window is live'}
        onClick={() => feed.setLens(!lens)}
      >
        <Activity {...ICON} />
        {lens ? `Live lens 10 Hz, ${formatRemaining(lensUntilMs - Date.now())} left` : 'Live lens 10 Hz'}
      </button>
      <button
        type="button"
        className="button"
        aria-haspopup="dialog"
        aria-expanded={open === 'run'}
        title={refusal}
        onClick={() => setOpen(open === 'run' ? '' : 'run')}
      >
        <SquareTerminal {...ICON} />
        Run command… {lock}
      </button>
      <CopyAs {...copiesOf(node, feed, section, gateway, range)} />
      <button type="button" className="icon-button" aria-label="Edit labels" title="Edit labels" onClick={() => setOpen('labels')}>
        <Tag {...ICON} />
      </button>
      {node.state === 'quarantined' && (
        <button
          type="button"
          className="icon-button"
          aria-label="Release from quarantine"
          title="Release from quarantine"
          onClick={() => setOpen('release')}
        >
          <Undo2 {...ICON} />
        </button>
      )}
      <button
        type="button"
        className="icon-button"
        aria-label="Remove from the fleet"
        title="Remove from the fleet"
        onClick={() => setOpen('remove')}
      >
        <Trash2 {...ICON} />
      </button>
      {open === 'run' && <RunPanel node={node} close={close} />}
      {open === 'labels' && <LabelEditor node={node} close={close} />}
      {(open === 'release' || open === 'remove') && <ConfirmDialog node={node} change={open} close={close} />}
    </>
  );
}

/** The first chart of the section, over the stretch that shows. */
function copiesOf(node: FleetNode, feed: NodeFeed, section: Section, gateway: string, range: TimeRange) {
  const link = shareAddress({ page: 'node', nodeId: node.nodeId, section: section.key }, range);
  const first = section.charts[0] ?? LOAD;
  const wish = wishesOf(askingOf(section)).get(wishKey(first.measurement, first.tags));
  if (wish === undefined) return { link };
  const { fromMs, toMs } = feed.bounds.get();
  const [from, to] = [fromMs, toMs].map((ms) => Math.round(ms));
  const sql = rowsSql(node.nodeId, wish, from as number, to as number);
  const request = { ...wish, nodeId: node.nodeId, fromUs: (from as number) * 1000, toUs: (to as number) * 1000, maxPoints: 500 };
  return { link, sql, cli: musterQuery(sql), grpcurl: grpcurlCall(gateway, 'GetSeries', request) };
}

function formatRemaining(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
