// The outlines of the world, projected once: panning and zooming only move them. The fine ones are loaded when first looked at closely.
import { type GeoPermissibleObjects, geoPath } from 'd3-geo';
import { useEffect, useState } from 'react';
import { feature } from 'topojson-client';
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

/** Undefined until the outlines are there, and coarse until the fine ones are. */
export function useWorldLand(detail: Detail): WorldLand | undefined {
  const [land, setLand] = useState<WorldLand>();
  useEffect(() => {
    let wanted = true;
    load(detail).then((next) => {
      if (wanted) setLand(next);
    });
    return () => {
      wanted = false;
    };
  }, [detail]);
  return land;
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
