// Draws the arcs below the circles. The list beside the map says the same in words and takes the keys.
import { type ProbePath, pathName } from '../probes/probe-paths.ts';
import type { Arc } from './arcs.ts';

interface Props {
  arcs: readonly Arc[];
  chosenKey: string | undefined;
  onChoose: (path: ProbePath) => void;
}

export function ArcLayer({ arcs, chosenKey, onChoose }: Props) {
  return (
    <svg className="map-layer arcs" aria-hidden="true">
      {arcs.map(({ key, path, line, health }) => (
        <g key={key} className={path.key === chosenKey ? `${health} chosen` : health}>
          <path d={line} className="arc" />
          <path d={line} className="arc-reach" onPointerDown={() => onChoose(path)}>
            <title>{pathName(path)}</title>
          </path>
        </g>
      ))}
      {arcs.map(({ key, health, text, at }) =>
        at === undefined ? null : (
          <text key={key} x={at.x} y={at.y} className={health} dominantBaseline="middle" textAnchor="middle">
            {text}
          </text>
        ),
      )}
    </svg>
  );
}
