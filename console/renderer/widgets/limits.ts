// From where on a value deserves colour: [late, bad]. Grey until then.

export const LIMITS = {
  cpu: [85, 95],
  memory: [90, 95],
  disk: [85, 95],
  temperature: [75, 85],
  swap: [60, 90],
  pressure: [25, 50],
} as const;
export type LimitName = keyof typeof LIMITS;

/** A class; empty below the limits. */
export type LimitMark = '' | 'late' | 'bad';

/** The class of a value. */
export function crossed(name: LimitName, value: number | null | undefined): LimitMark {
  if (value === null || value === undefined) return '';
  const [late, bad] = LIMITS[name];
  return value >= bad ? 'bad' : value >= late ? 'late' : '';
}
