// Places × targets. A cell is shaded by how far it is from its own usual: a far place is no problem. Arrows go from cell to cell.
import { type KeyboardEvent, useRef } from 'react';
import { directionOf } from '../map/neighbour.ts';
import { formatNumber, plural } from '../widgets/format.ts';
import { cellView, type Matrix, type Measure } from './matrix.ts';
import { type ProbePath, pathName } from './probe-paths.ts';

interface Props {
  matrix: Matrix;
  measure: Measure;
  chosenKey: string | undefined;
  onChoose: (path: ProbePath) => void;
}

export function MatrixTable({ matrix, measure, chosenKey, onChoose }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const { places, columns, left } = matrix;
  const stop = stopOf(matrix, chosenKey);
  const onKeyDown = (event: KeyboardEvent): void => {
    const direction = directionOf(event.key);
    const cell = (event.target as Element).closest('td');
    if (direction === undefined || cell === null) return;
    event.preventDefault();
    focusNext(body.current, (cell.parentElement as HTMLTableRowElement).sectionRowIndex, cell.cellIndex, direction);
  };
  return (
    <div className="matrix">
      <table aria-label="Places and their targets" style={widthOf(columns.length)}>
        <thead>
          <tr>
            <th scope="col">From</th>
            {columns.map(({ key, name, kind, target }) => (
              <th key={key} scope="col" className="num" title={target || name}>
                <b className="cut">{name}</b>
                <span className="cut">{kind === name ? '' : kind}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKeyDown}>
          {places.map((place) => (
            <tr key={place}>
              <th scope="row" className="cut" title={place}>
                {place}
              </th>
              {columns.map((column) => {
                const path = matrix.cell(place, column);
                return (
                  <td key={column.key}>
                    {path === undefined ? (
                      <span className="none">{place === column.name ? 'self' : ''}</span>
                    ) : (
                      <Cell path={path} measure={measure} chosen={path.key === chosenKey} stop={path.key === stop} onChoose={onChoose} />
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {(left.places > 0 || left.columns > 0) && (
        <p className="small t3 panel-note">
          {plural(left.places, 'more place')} and {plural(left.columns, 'more target')}, none worse: use the filter to see them.
        </p>
      )}
    </div>
  );
}

/** The chosen cell; the first there is where another path of the same cell is chosen. */
function stopOf({ places, columns, cell }: Matrix, chosenKey: string | undefined): string | undefined {
  const keys = places.flatMap((place) => columns.map((column) => cell(place, column)?.key)).filter((key) => key !== undefined);
  return keys.find((key) => key === chosenKey) ?? keys[0];
}

/** Columns as wide as names want, and never so narrow that figures are cut. */
function widthOf(columns: number): React.CSSProperties {
  return { width: `min(100%, ${132 + columns * 124}px)`, minWidth: 132 + columns * 82 };
}

interface CellProps {
  path: ProbePath;
  measure: Measure;
  chosen: boolean;
  /** The one cell in the order of focus. */
  stop: boolean;
  onChoose: (path: ProbePath) => void;
}

function Cell({ path, measure, chosen, stop, onChoose }: CellProps) {
  const { value, shade, health } = cellView(path, measure);
  const { p50, lossPercent } = path.now;
  const latency = measure === 'p50' || measure === 'p95';
  const lost = latency && health !== '' && lossPercent !== null && lossPercent >= 0.05 ? `${formatNumber(lossPercent, 1)} % loss` : '';
  const shown = format(value, measure);
  const unit = value === null ? '' : latency ? ' ms' : ' %';
  const exact = p50 === null ? 'no answer' : `p50 ${formatNumber(p50, 1)} ms`;
  const usual = path.usual?.p50 == null ? 'no baseline yet' : `usually ${formatNumber(path.usual.p50, 1)} ms`;
  // What is seen comes first, as it is seen: who speaks to the machine says it so.
  const words = `${pathName(path)}: ${lost === '' ? '' : `${lost} `}${shown}${unit}; ${exact}, ${usual}, ${formatNumber(lossPercent, 1)} % loss`;
  return (
    <button
      type="button"
      className={`cell ${health}`}
      style={{ '--shade': shade * 0.55 } as React.CSSProperties}
      tabIndex={stop ? 0 : -1}
      aria-pressed={chosen}
      aria-label={words}
      title={words}
      onClick={() => onChoose(path)}
    >
      {lost !== '' && <small>{lost}</small>} <span>{shown}</span>
    </button>
  );
}

function format(value: number | null, measure: Measure): string {
  if (measure === 'loss') return formatNumber(value, 1);
  if (measure === 'uptime') return formatNumber(value, value === 100 ? 0 : 2);
  return value === null ? 'no answer' : formatNumber(value, value >= 10 ? 0 : value >= 1 ? 1 : 2);
}

/** Over empty cells to the next that has a path. */
function focusNext(body: HTMLTableSectionElement | null, row: number, column: number, { x, y }: { x: number; y: number }): void {
  let [nextRow, nextColumn] = [row + y, column + x];
  for (;;) {
    const cell = body?.rows[nextRow]?.cells[nextColumn];
    if (cell === undefined || nextColumn === 0) return;
    const button = cell.querySelector('button');
    if (button !== null) {
      button.focus();
      return;
    }
    nextRow += y;
    nextColumn += x;
  }
}
