// The outlines of the world, projected once: panning and zooming only move them. The fine ones are loaded when first looked at closely.
import { type GeoPermissibleObjects, geoPath } from 'd3-geo';
import { useEffect, useState } from 'react';
import { feature } from 'topojson-client';
import { toMusterError } from '../../../core/common/muster-error.ts';
import type { Box } from './label-layout.ts';
import { worldProjection } from './mercator.ts';

/** A country, and the part of the world it fills: what is out of sight is not painted. */
export interface LandPart {
  outline: Path2D;
  bounds: Box;
}

export type WorldLand = readonly LandPart[];

export type Detail = 'coarse' | 'fine';

const loaded = new Map<Detail, Promise<WorldLand>>();

export interface LoadedLand {
  /** Undefined until the first outlines are there; the coarse ones until the fine ones are. */
  land: WorldLand | undefined;
  /** Why outlines are missing; empty while none are. */
  problem: string;
}

export function useWorldLand(detail: Detail): LoadedLand {
  const [state, setState] = useState<LoadedLand>({ land: undefined, problem: '' });
  useEffect(() => {
    let wanted = true;
    load(detail).then(
      (land) => {
        if (wanted) setState({ land, problem: '' });
      },
      (error: unknown) => {
        // The next look at the map tries again.
        loaded.delete(detail);
        if (wanted) setState(({ land }) => ({ land, problem: toMusterError(error).message }));
      },
    );
    return () => {
      wanted = false;
    };
  }, [detail]);
  return state;
}

function load(detail: Detail): Promise<WorldLand> {
  let land = loaded.get(detail);
  if (land === undefined) {
    const atlas = detail === 'coarse' ? import('world-atlas/countries-110m.json') : import('world-atlas/countries-50m.json');
    land = atlas.then(({ default: topology }) => feature(topology, topology.objects.countries).features.map(toPart));
    loaded.set(detail, land);
  }
  return land;
}

const draw = geoPath(worldProjection);

function toPart(country: GeoPermissibleObjects): LandPart {
  const [[left, top], [right, bottom]] = draw.bounds(country);
  return { outline: new Path2D(draw(country) ?? ''), bounds: { left, top, right, bottom } };
}
