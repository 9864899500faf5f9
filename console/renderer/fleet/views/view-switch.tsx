// Which view of the fleet: a choice in its title line, and a part of the address.
import { Grid3x3, List, ListTree, type LucideIcon, Map as MapIcon } from 'lucide-react';
import type { FleetView } from '../../state/route.ts';

const VIEWS: readonly { view: FleetView; name: string; Icon: LucideIcon }[] = [
  { view: 'table', name: 'Table', Icon: List },
  { view: 'heatmap', name: 'Heat map', Icon: Grid3x3 },
  { view: 'map', name: 'Map', Icon: MapIcon },
  { view: 'tree', name: 'Tree', Icon: ListTree },
];

export function ViewSwitch({ view, onChange }: { view: FleetView; onChange: (view: FleetView) => void }) {
  return (
    <div className="joined" role="group" aria-label="View of the fleet">
      {VIEWS.map(({ view: name, name: word, Icon }) => (
        <button key={name} type="button" aria-pressed={name === view} onClick={() => onChange(name)}>
          <Icon size={14} strokeWidth={1.6} />
          {word}
        </button>
      ))}
    </div>
  );
}
