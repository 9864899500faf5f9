// What the store knows of the states of nodes: which times were watched, and what each node was. What nobody watched is not known. Pure.
import { type StateWord, stateOfKind, UNTIL_ATTRIBUTE } from '../../../core/common/state-events.ts';
import { stateChangesSql } from '../../../core/common/state-queries.ts';
import { numericColumn, type QueryResult, textColumn } from '../../common/query-result.ts';
import { sampleBy } from '../state/time-range.ts';
import type { IncidentPlan } from './incidents/incident-plan.ts';

/** What each node was at the end of each bin in which that changed. */
export function changesSql({ fromMs, stepMs, bins }: IncidentPlan): string {
  return stateChangesSql(fromMs, fromMs + bins * stepMs, sampleBy(stepMs / 1000));
}

/** Which moments were watched. */
export class WatchedTime {
  readonly #firstMs: number;
  /** The newest moment that is known. */
  readonly lastMs: number;
  readonly #gaps: readonly (readonly [fromMs: number, toMs: number])[];

  /** Answers of the two statements; null where the store has no such table yet. */
  constructor(watched: QueryResult | null, unwatched: QueryResult | null) {
    const time = (result: QueryResult | null, name: string, row: number): number =>
      result === null ? Number.NaN : (numericColumn(result, name)?.[row] ?? Number.NaN) / 1000;
    const first = time(watched, 'first', 0);
    this.#firstMs = Number.isNaN(first) ? Number.POSITIVE_INFINITY : first;
    this.lastMs = Number.isNaN(first) ? 0 : time(watched, 'last', 0);
    const attributes = unwatched === null ? [] : textColumn(unwatched, 'attributes');
    this.#gaps = attributes.map((text, row) => [time(unwatched, 'timestamp', row), untilMs(text ?? '')] as const);
  }

  isKnown(atMs: number): boolean {
    if (atMs < this.#firstMs || atMs > this.lastMs) return false;
    return !this.#gaps.some(([fromMs, toMs]) => atMs > fromMs && atMs < toMs);
  }
}

/** What an answer says of each node. */
export function statesIn(answer: QueryResult | null): Map<string, StateWord> {
  const states = new Map<string, StateWord>();
  if (answer === null) return states;
  const [ids, kinds] = [textColumn(answer, 'node_id'), textColumn(answer, 'kind')];
  for (let row = 0; row < answer.rows; row++) {
    const state = stateOfKind(kinds[row] ?? '');
    const id = ids[row];
    if (id && state !== undefined) states.set(id, state);
  }
  return states;
}

function untilMs(attributes: string): number {
  // Without an end that can be read nothing after it is known.
  const found = new RegExp(`"${UNTIL_ATTRIBUTE}":"(\\d+)"`).exec(attributes)?.[1];
  return found === undefined ? Number.POSITIVE_INFINITY : Number(found) / 1000;
}
