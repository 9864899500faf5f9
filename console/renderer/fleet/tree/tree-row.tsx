// A line of the tree: a group with its counts and its worst state, or a node with its newest values.
import { ChevronDown, ChevronRight } from 'lucide-react';
import { navigate } from '../../state/route.ts';
import { formatNumber } from '../../widgets/format.ts';
import { crossed, type LimitName } from '../../widgets/limits.ts';
import { StateMark, StateWord } from '../../widgets/state-mark.tsx';
import { type FleetGrouping, groupName } from '../table/fleet-groups.ts';
import { StateTally } from '../table/group-row.tsx';
import { levelOf, type TreeBranch, type TreeLine, type TreeValue, worstState } from './tree-lines.ts';

const INDENT = 20;

interface Props {
  line: TreeLine;
  grouping: FleetGrouping | undefined;
  id: string;
  top: number;
  known: boolean;
  selected: boolean;
  onSelect: () => void;
  onToggle: () => void;
}

export function TreeRow({ line, grouping, id, top, known, selected, onSelect, onToggle }: Props) {
  const level = levelOf(line);
  const open = line.kind === 'branch' ? line.open : undefined;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys: arrows move and open, Enter opens a node
    <div
      id={id}
      className="fleet-row tree-row"
      role="treeitem"
      aria-level={level}
      aria-posinset={line.place}
      aria-setsize={line.among}
      aria-expanded={open}
      aria-selected={selected}
      style={{ transform: `translateY(${top}px)`, paddingLeft: 8 + (level - 1) * INDENT }}
      onClick={() => {
        onSelect();
        if (line.kind === 'branch') onToggle();
      }}
      onDoubleClick={() => line.kind === 'node' && navigate({ page: 'node', nodeId: line.node.nodeId })}
    >
      {line.kind === 'branch' ? (
        <span className="tree-name">
          {line.open ? <ChevronDown size={13} strokeWidth={1.8} /> : <ChevronRight size={13} strokeWidth={1.8} />}
          <StateMark state={known ? worstState(line.branch.counts) : 'not_known'} />
          <b className="t1 cut">{grouping === undefined ? line.branch.value : groupName(grouping, line.branch.value)}</b>
          <span>{formatNumber(line.branch.count)}</span>
          {known && <StateTally counts={line.branch.counts} />}
          <Values values={line.branch.means} known={known} mean={line.branch} />
        </span>
      ) : (
        <Leaf line={line} known={known} />
      )}
    </div>
  );
}

const VALUES: readonly { title: string; limit: LimitName; read: TreeValue }[] = [
  { title: 'CPU', limit: 'cpu', read: 'cpuPercent' },
  { title: 'memory', limit: 'memory', read: 'memoryPercent' },
  { title: 'disk', limit: 'disk', read: 'diskPercent' },
];

function Leaf({ line, known }: { line: Extract<TreeLine, { kind: 'node' }>; known: boolean }) {
  const { node } = line;
  const heard = node.state === 'live' || node.state === 'late';
  return (
    <span className="tree-name">
      <a className="t1 cut tree-node" href={`#/node/${node.nodeId}`} tabIndex={-1} title={node.name}>
        {node.name}
      </a>
      <StateWord state={known ? node.state : 'not_known'} />
      {heard && node.values !== null && <Values values={node.values} known={known} />}
    </span>
  );
}

interface ValuesProps {
  values: Readonly<Record<TreeValue, number | null>>;
  known: boolean;
  /** The branch that they are the means of. */
  mean?: Pick<TreeBranch, 'count' | 'measured'>;
}

/** What a mean leaves out, empty where it is of all. */
export function meanWords({ count, measured }: Pick<TreeBranch, 'count' | 'measured'>, of: TreeValue): string {
  return measured[of] < count ? `Of ${measured[of]} of ${count} nodes` : '';
}

/** Each in its place, which is empty where nobody measured it. */
function Values({ values, known, mean }: ValuesProps) {
  return (
    <span className="tree-values">
      {VALUES.map(({ title, limit, read }) => {
        const value = values[read];
        return (
          <span
            key={title}
            className={`tree-value ${known ? crossed(limit, value) : 't3'}`}
            title={(mean && meanWords(mean, read)) || undefined}
          >
            {value !== null && (
              <>
                <small className="t3">
                  {title}
                  {mean !== undefined && ' avg'}
                </small>{' '}
                {formatNumber(value, 1)} %
              </>
            )}
          </span>
        );
      })}
    </span>
  );
}
