// The outlines that ship with the page: TopoJSON of all countries, by their numbers of ISO 3166. Declared one by one: the compiler
// would otherwise make a type of every coordinate.
interface CountryAtlas {
  type: 'Topology';
  arcs: number[][][];
  transform: { scale: [number, number]; translate: [number, number] };
  objects: {
    countries: import('topojson-specification').GeometryCollection<{ name: string }>;
    land: import('topojson-specification').GeometryCollection;
  };
}

declare module 'world-atlas/countries-110m.json' {
  const atlas: CountryAtlas;
  export default atlas;
}

declare module 'world-atlas/countries-50m.json' {
  const atlas: CountryAtlas;
  export default atlas;
}
