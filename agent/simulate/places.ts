// Where simulated nodes stand.
import { type Place, PROBE_PLACES, place } from '../../core/common/probe-places.ts';

export type { Place };

export const PLACES: readonly Place[] = [
  ...PROBE_PLACES,
  place('za', 'za-cape-town', 'Cape Town', -33.92, 18.42, 2),
  place('eg', 'eg-cairo', 'Cairo', 30.04, 31.24, 2),
  place('de', 'de-frankfurt', 'Frankfurt', 50.11, 8.68, 1),
  place('nl', 'nl-amsterdam', 'Amsterdam', 52.37, 4.9, 1),
  place('gb', 'gb-london', 'London', 51.51, -0.13, 0),
  place('br', 'br-sao-paulo', 'São Paulo', -23.55, -46.63, -3),
  place('us', 'us-ashburn', 'Ashburn', 39.04, -77.49, -5),
  place('us', 'us-portland', 'Portland', 45.52, -122.68, -8),
  place('in', 'in-mumbai', 'Mumbai', 19.08, 72.88, 5.5),
  place('sg', 'sg-singapore', 'Singapore', 1.35, 103.82, 8),
  place('jp', 'jp-tokyo', 'Tokyo', 35.68, 139.69, 9),
];

export function toLabels({ country, region, city, latitude, longitude }: Place): Record<string, string> {
  return { country, region, city, latitude: String(latitude), longitude: String(longitude) };
}
