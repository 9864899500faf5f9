// The five places of the probe scenario: simulated agents and pushing scripts stand there.

/** Labels of a place; `utcOffsetHours` moves its day. */
export interface Place {
  country: string;
  region: string;
  city: string;
  latitude: number;
  longitude: number;
  utcOffsetHours: number;
}

export function place(country: string, region: string, city: string, latitude: number, longitude: number, utcOffsetHours: number): Place {
  return { country, region, city, latitude, longitude, utcOffsetHours };
}

export const PROBE_PLACES: readonly Place[] = [
  place('gh', 'gh-accra', 'Accra', 5.6, -0.19, 0),
  place('gh', 'gh-kumasi', 'Kumasi', 6.69, -1.62, 0),
  place('ng', 'ng-lagos', 'Lagos', 6.52, 3.38, 1),
  place('ng', 'ng-abuja', 'Abuja', 9.06, 7.49, 1),
  place('ke', 'ke-nairobi', 'Nairobi', -1.29, 36.82, 3),
];

/** The table of the scenario's samples, which is that of the agents' own probes. */
export const PROBE_TABLE = 'probe';
/** Their tags in that table: which probe, of what kind, and where. */
export const PROBE_TAGS = ['probe', 'kind', 'country', 'region'] as const;
export const PROBE_KIND = 'simulated';

export function probeName({ city }: Place): string {
  return city.toLowerCase().replaceAll(' ', '-');
}

/** A plausible measurement of a link from there: further east is further away, and now and then a packet is lost. */
export function probeValues({ longitude }: Place, random: () => number): { latency_ms: number; packet_loss: number; uptime_pct: number } {
  const lost = random() < 0.02;
  return { latency_ms: 40 + Math.abs(longitude) * 2 + 20 * random() ** 3, packet_loss: lost ? 25 : 0, uptime_pct: lost ? 75 : 100 };
}
