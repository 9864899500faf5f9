// The head of the fleet table: names, units, and the sort.
import { ArrowDown, ArrowUp } from 'lucide-react';
import { memo } from 'react';
import type { FleetColumn } from './fleet-column.ts';
import type { FleetSort } from './fleet-order.ts';

interface Props {
  columns: readonly FleetColumn[];
  template: string;
  sort: FleetSort;
  onSort: (sort: FleetSort) => void;
}

function Header({ columns, template, sort, onSort }: Props) {
  return (
    <div className="fleet-head" role="row" style={{ gridTemplateColumns: template }}>
      {columns.map(({ key, title, unit, number }) => {
        const sorted = sort.key === key;
        const Arrow = sort.reversed ? ArrowUp : ArrowDown;
        const direction = sort.reversed ? 'descending' : 'ascending';
        return (
          <div key={key} role="columnheader" aria-sort={sorted ? direction : 'none'} className={number ? 'num' : ''}>
            <button type="button" onClick={() => onSort({ key, reversed: sorted && !sort.reversed })}>
              {title}
              {unit !== undefined && <small> {unit}</small>}
              {sorted && <Arrow size={11} strokeWidth={1.8} />}
            </button>
          </div>
        );
      })}
    </div>
  );
}

/** Not rendered anew as rows scroll by. */
export const FleetHeader = memo(Header);
