// Chooses the table's columns: tick to show, arrows to move. Kept for this operator.
import { ArrowDown, ArrowUp, Columns3 } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { useStore } from '../../state/store.ts';
import { usePopup } from '../../widgets/use-popup.ts';
import { chosenColumns, columnOf, columnsToShow, labelColumn, moved, withName } from './column-choice.ts';
import { FLEET_COLUMNS } from './fleet-columns.ts';

interface Props {
  nodes: ReadonlyMap<string, FleetNode>;
}

export function ColumnMenu({ nodes }: Props) {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  usePopup(place, open, 'input', () => setOpen(false));
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes wherever the focus is inside
    <div
      ref={place}
      className="menu-place"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        event.stopPropagation();
        event.preventDefault();
        setOpen(false);
        place.current?.querySelector('button')?.focus();
      }}
    >
      <button type="button" className="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Columns3 size={14} strokeWidth={1.6} />
        Columns
      </button>
      {open && <Choices nodes={nodes} />}
    </div>
  );
}

function Choices({ nodes }: Props) {
  const chosen = useStore(chosenColumns);
  // What shows while nothing is chosen is what fits the table
  const width = document.querySelector('.fleet-table')?.clientWidth ?? window.innerWidth;
  const shown = columnsToShow(chosen, width).map(({ key }) => key);
  const all = useMemo(() => [...FLEET_COLUMNS.map(({ key }) => key), ...labelKeys(nodes)], [nodes]);
  const hidden = all.filter((key) => !shown.includes(key));
  const set = (keys: readonly string[]): void => chosenColumns.set(withName(keys));
  return (
    <div className="column-menu floating" role="dialog" aria-label="Columns of the table">
      <div className="column-list">
        {[...shown, ...hidden].map((key) => {
          const on = shown.includes(key);
          const title = columnOf(key)?.title ?? key;
          return (
            <div key={key}>
              <label className="grow cut">
                <input
                  type="checkbox"
                  checked={on}
                  disabled={key === 'name'}
                  onChange={() => set(on ? shown.filter((other) => other !== key) : [...shown, key])}
                />
                {title}
              </label>
              {on && (
                <>
                  <Move name={`Move ${title} left`} Icon={ArrowUp} onClick={() => set(moved(shown, key, -1))} />
                  <Move name={`Move ${title} right`} Icon={ArrowDown} onClick={() => set(moved(shown, key, 1))} />
                </>
              )}
            </div>
          );
        })}
      </div>
      <button type="button" className="link" disabled={chosen === null} onClick={() => chosenColumns.set(null)}>
        {chosen === null ? 'Automatic' : 'Reset to automatic'}
      </button>
    </div>
  );
}

function Move({ name, Icon, onClick }: { name: string; Icon: typeof ArrowUp; onClick: () => void }) {
  return (
    <button type="button" className="t3" title={name} aria-label={name} onClick={onClick}>
      <Icon size={12} strokeWidth={1.8} />
    </button>
  );
}

const MAX_LABELS = 40;

function labelKeys(nodes: ReadonlyMap<string, FleetNode>): string[] {
  const names = new Set<string>();
  for (const node of nodes.values()) for (const name of Object.keys(node.labels)) if (names.size < MAX_LABELS) names.add(name);
  return [...names].sort().map(labelColumn);
}
