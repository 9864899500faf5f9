// What the doctor found of one thing, and what to do about it.

export type Level = 'ok' | 'warning' | 'problem';

export interface Finding {
  /** A word or two: `certificate`, `lag`. */
  check: string;
  level: Level;
  /** What was found, with its value. */
  detail: string;
  /** What to do about it; empty where all is well. */
  advice: string;
}

export function well(check: string, detail: string): Finding {
  return { check, level: 'ok', detail, advice: '' };
}

export function warning(check: string, detail: string, advice: string): Finding {
  return { check, level: 'warning', detail, advice };
}

export function problem(check: string, detail: string, advice: string): Finding {
  return { check, level: 'problem', detail, advice };
}

/** The first names of many, and how many more there are. */
export function someOf(names: readonly string[], most = 5): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(', ')} and ${more} more` : names.join(', ');
}
