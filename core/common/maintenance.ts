// A node under maintenance: nobody needs to look when it is late or silent. The label `maintenance` says so, and this is the only reader of it.

export const MAINTENANCE_LABEL = 'maintenance';

/** When the maintenance ends: Unix milliseconds, `Infinity` for `true`, undefined where the label is absent or says nothing of the kind. */
export function maintenanceEndMs(labels: Readonly<Record<string, string>> | undefined): number | undefined {
  if (labels === undefined || !Object.hasOwn(labels, MAINTENANCE_LABEL)) return undefined;
  const value = labels[MAINTENANCE_LABEL]!.trim();
  if (/^true$/i.test(value)) return Number.POSITIVE_INFINITY;
  // A year first: `Date.parse` also takes words that are no time, as in "node 2".
  const endMs = /^\d{4}-/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(endMs) ? undefined : endMs;
}

/** `maintenance` instead of `late` or `silent` while the label holds; every other state says something that still counts. */
export function stateUnderMaintenance<S extends string>(
  state: S,
  labels: Readonly<Record<string, string>> | undefined,
  nowMs: number,
): S | 'maintenance' {
  if (state !== 'late' && state !== 'silent') return state;
  const endMs = maintenanceEndMs(labels);
  return endMs !== undefined && endMs > nowMs ? 'maintenance' : state;
}
