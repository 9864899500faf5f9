// By which labels the tree branches, in order: one choice a level, and one more as long as there is room.
import { useMemo } from 'react';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { groupingChoices, groupingOf } from '../table/fleet-groups.ts';

const MAX_LEVELS = 4;
const FIRST = ['country', 'city', 'role'];

/** As the address writes the levels; without a word those of the usual labels that there are. */
export function treeLevels(group: string | undefined, nodes: ReadonlyMap<string, FleetNode>): string[] {
  if (group !== undefined && group !== '') return group.split(',').filter(Boolean).slice(0, MAX_LEVELS);
  const present = new Set<string>();
  for (const node of nodes.values()) for (const name of FIRST) if (Object.hasOwn(node.labels, name)) present.add(name);
  const levels = FIRST.filter((name) => present.has(name));
  return levels.length > 0 ? levels : ['platform'];
}

interface Props {
  nodes: ReadonlyMap<string, FleetNode>;
  levels: readonly string[];
  onChange: (group: string) => void;
}

export function TreeLevels({ nodes, levels, onChange }: Props) {
  // Dependencies: labels change with the nodes there are
  const choices = useMemo(() => groupingChoices(nodes.values()).filter(({ key }) => !key.includes(',')), [nodes, nodes.size]);
  const slots = levels.length < MAX_LEVELS ? [...levels, ''] : levels;
  const change = (at: number, key: string): void => {
    const next = slots
      .map((level, index) => (index === at ? key : level))
      .filter((level, index) => level !== '' && (index <= at || level !== key));
    onChange(next.join(','));
  };
  return (
    <span className="choice-field">
      <span className="t3">Tree by</span>
      {slots.map((level, at) => {
        const free = choices.filter(({ key }) => key === level || !levels.includes(key));
        const listed = level === '' || free.some(({ key }) => key === level) ? free : [groupingOf(level), ...free];
        return (
          <select key={at} aria-label={`Level ${at + 1} of the tree`} value={level} onChange={(event) => change(at, event.target.value)}>
            {(at > 0 || level === '') && <option value="">{level === '' ? 'then by…' : 'no more'}</option>}
            {listed.map(({ key, title }) => (
              <option key={key} value={key}>
                {title}
              </option>
            ))}
          </select>
        );
      })}
    </span>
  );
}
