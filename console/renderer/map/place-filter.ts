// The fleet's filter for the nodes of some places. Pure.
import type { Place } from './places.ts';

/** A longer list of names is no filter that a person reads. */
const MAX_VALUES = 12;

/** `city:Accra,"Cape Town"`, or by region or country where cities are not named; empty where labels do not tell these places from others. */
export function fleetFilterOf(places: readonly Place[]): string {
  for (const key of ['city', 'region', 'country'] as const) {
    const values = new Set<string>();
    let complete = true;
    for (const { nodes } of places) {
      for (const { labels } of nodes) {
        const value = labels[key];
        if (value === undefined) complete = false;
        else values.add(value);
      }
    }
    if (complete && values.size > 0 && values.size <= MAX_VALUES) return `label.${key}:${[...values].map(quoted).join(',')}`;
  }
  return '';
}

function quoted(value: string): string {
  return /[\s,"]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
