// What the nodes are grouped by: any label or telling property.
import { useMemo } from 'react';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { useConsole } from '../../state/console-state.ts';
import { useStore } from '../../state/store.ts';
import { groupingChoices, groupingOf } from './fleet-groups.ts';

interface Props {
  nodes: ReadonlyMap<string, FleetNode>;
  group: string;
  /** Whether "none" is a choice. */
  optional: boolean;
  onChange: (group: string) => void;
}

export function GroupChoice({ nodes, group, optional, onChange }: Props) {
  const { described } = useStore(useConsole().fleet.snapshot);
  // Dependencies: what the nodes are called by; looking at every one again for each sample would be waste
  const choices = useMemo(() => groupingChoices(nodes.values()), [nodes, described]);
  const listed = group === '' || choices.some(({ key }) => key === group) ? choices : [groupingOf(group), ...choices];
  return (
    <label className="choice-field">
      <span className="t3">Group by</span>
      <select value={group} onChange={(event) => onChange(event.target.value)}>
        {optional && <option value="">none</option>}
        {listed.map(({ key, title }) => (
          <option key={key} value={key}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
