// The middle of a country, for nodes that say no more of their place. Loaded only where one is needed.
import { geoCentroid } from 'd3-geo';
import { feature } from 'topojson-client';
import { toWorld, type WorldPoint } from './mercator.ts';

/** By lower-case name and by two-letter code. */
export type CountryCentres = ReadonlyMap<string, WorldPoint>;

/** Names of the atlas that differ from those of the Unicode tables. */
const ATLAS_NAMES: Readonly<Record<string, string>> = {
  ba: 'bosnia and herz.',
  cd: 'dem. rep. congo',
  cf: 'central african rep.',
  cg: 'congo',
  ci: "côte d'ivoire",
  do: 'dominican rep.',
  gq: 'eq. guinea',
  mk: 'macedonia',
  mm: 'myanmar',
  ss: 's. sudan',
  sz: 'eswatini',
  tr: 'turkey',
  us: 'united states of america',
};

/** The fine atlas: the coarse one leaves out what is small, such as Singapore. */
export async function loadCountryCentres(): Promise<CountryCentres> {
  const { default: atlas } = await import('world-atlas/countries-50m.json');
  return findCentres(atlas);
}

export function findCentres(atlas: CountryAtlas): CountryCentres {
  const byName = new Map<string, WorldPoint>();
  for (const country of feature(atlas, atlas.objects.countries).features) {
    const [longitude, latitude] = geoCentroid(country);
    const centre = toWorld(latitude, longitude);
    if (centre !== undefined) byName.set(country.properties.name.toLowerCase(), centre);
  }
  const centres = new Map(byName);
  for (const code of twoLetterCodes()) {
    const name = ATLAS_NAMES[code] ?? countryName(code).toLowerCase();
    const centre = byName.get(name);
    if (centre !== undefined) centres.set(code, centre);
  }
  return centres;
}

const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' });

/** `gh` → `Ghana`; what is no code stays as it is. */
export function countryName(code: string): string {
  return /^[a-z]{2}$/i.test(code) ? (names.of(code.toUpperCase()) ?? code) : code;
}

function twoLetterCodes(): string[] {
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  return letters.flatMap((first) => letters.map((second) => first + second));
}
