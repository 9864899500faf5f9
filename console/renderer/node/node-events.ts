// What happened on a node in a stretch of time: what its agent told, reboots, processes that the kernel ended, changes of what it is.

import { STATE_WORDS, standingKind, stateOfKind } from '../../../core/common/state-events.ts';
import { numericColumn, textColumn } from '../../common/query-result.ts';
import type { Bounds } from '../state/time-range.ts';
import type { Ask, NodeEvent } from './node-event.ts';
import { changeEvents, loadInventoryChanges } from './sections/inventory-changes.ts';
import { isGap } from './series/gaps.ts';
import type { Part } from './series/points.ts';
import { isMissing } from './series/series-load.ts';
import { sqlText } from './sql-text.ts';

const MAX_EVENTS = 500;
/** Rows that say that nothing changed. */
const UNCHANGED = STATE_WORDS.map(standingKind);
/** A gap is worth a mark from so long on. */
const LEAST_SILENCE_S = 30;
/** The gateway's clock and the node's may differ by so much. */
const SLACK_MS = 5000;
/** And from so many missed samples on. */
const SILENT_STEPS = 11;

export interface LoadedEvents {
  /** Newest first. */
  events: NodeEvent[];
  /** All that happened before may be missing; undefined where nothing is. */
  cutMs: number | undefined;
}

export async function loadEvents(ask: Ask, nodeId: string, bounds: Bounds): Promise<LoadedEvents> {
  const [from, to] = [bounds.fromMs, bounds.toMs].map((ms) => sqlText(new Date(ms).toISOString()));
  const where = `node_id = ${sqlText(nodeId)} AND timestamp >= ${from} AND timestamp < ${to}`;
  const found = await Promise.all([
    // The live list of processes would leave nothing else to see: its readings are in the audit.
    read(
      ask,
      `SELECT timestamp, kind, severity, text FROM events WHERE ${where} AND NOT (kind = 'command' AND text LIKE 'command process_list%') ` +
        `AND kind NOT IN (${UNCHANGED.map(sqlText).join(', ')}) ` +
        'ORDER BY timestamp DESC',
    ),
    read(
      ask,
      `SELECT timestamp, 'oom_kill' AS kind, 'error' AS severity, 'The kernel killed a process: out of memory' AS text FROM paging ` +
        `WHERE ${where} AND oom_kills_per_second > 0 ORDER BY timestamp DESC`,
    ),
    // The first count of a stretch is no reboot: the next one is.
    read(
      ask,
      `SELECT min(timestamp) AS timestamp, 'reboot' AS kind, 'warning' AS severity, 'The machine restarted' AS text, boots FROM uptime ` +
        `WHERE ${where} AND boots IS NOT NULL GROUP BY boots ORDER BY timestamp DESC`,
    ).then(({ events, cutMs }) => ({ events: events.slice(0, -1), cutMs })),
    loadInventoryChanges(ask, nodeId).then(({ changes, cut }) => ({
      events: changeEvents(changes).filter(({ timeMs }) => timeMs >= bounds.fromMs && timeMs < bounds.toMs),
      cutMs: cut === '' ? undefined : changes.at(-1)?.timeMs,
    })),
  ]);
  const cuts = found.flatMap(({ cutMs }) => (cutMs !== undefined && cutMs > bounds.fromMs ? [cutMs] : []));
  return { events: found.flatMap(({ events }) => events).sort(newestFirst), cutMs: cuts.length === 0 ? undefined : Math.max(...cuts) };
}

/**
 * Pauses of a series, as marks where they begin. Only raw rows to both sides of a hole say that the node sent nothing: a roll-up has fewer points by
 * its nature, and an answer that is on its way may hold the rest.
 */
export function silences(parts: readonly Part[]): NodeEvent[] {
  const events: NodeEvent[] = [];
  let times: number[] = [];
  let step = 0;
  const tell = (): void => {
    for (let at = 1; at < times.length; at++) {
      const [before, time] = [times[at - 1]!, times[at]!];
      const seconds = time - before - step;
      if (seconds < LEAST_SILENCE_S || !isGap(times, at, step, SILENT_STEPS)) continue;
      const words = seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
      events.push({ timeMs: (before + step) * 1000, kind: 'silent', severity: 'warning', text: `No samples for ${words}` });
    }
    times = [];
    step = 0;
  };
  for (const part of parts) {
    if (!part.raw) {
      tell();
      continue;
    }
    step = Math.max(step, part.stepSeconds);
    const after = times.at(-1) ?? Number.NEGATIVE_INFINITY;
    for (const time of timesOf(part)) if (time > after) times.push(time);
  }
  tell();
  return events;
}

/** A node that samples once a minute is silent after ten. */
const SAME_SILENCE_MS = 660_000;

/** Silences of which the gateway has recorded nothing. */
export function unrecorded(guessed: readonly NodeEvent[], told: readonly NodeEvent[]): NodeEvent[] {
  const recorded = told.filter(({ kind }) => stateOfKind(kind) === 'late' || stateOfKind(kind) === 'silent');
  if (recorded.length === 0) return [...guessed];
  return guessed.filter(({ timeMs: ms }) => !recorded.some(({ timeMs }) => timeMs >= ms - SLACK_MS && timeMs <= ms + SAME_SILENCE_MS));
}

/** When any series of the part has a row, rising. */
function timesOf({ series }: Part): ArrayLike<number> & Iterable<number> {
  const [only, ...more] = series;
  if (only === undefined) return [];
  if (more.length === 0) return Array.from(only.times);
  return [...new Set(series.flatMap(({ times }) => Array.from(times)))].sort((a, b) => a - b);
}

export function newestFirst(a: NodeEvent, b: NodeEvent): number {
  return b.timeMs - a.timeMs;
}

async function read(ask: Ask, sql: string): Promise<LoadedEvents> {
  try {
    const result = await ask(sql, MAX_EVENTS);
    const times = numericColumn(result, 'timestamp');
    const [kinds = [], severities = [], texts = []] = ['kind', 'severity', 'text'].map((name) => textColumn(result, name));
    const events = kinds.map((kind, row) => ({
      timeMs: (times?.[row] ?? Number.NaN) / 1000,
      kind: kind ?? '',
      severity: severities[row] ?? '',
      text: texts[row] ?? '',
    }));
    return { events, cutMs: result.truncated ? events.at(-1)?.timeMs : undefined };
  } catch (error) {
    if (isMissing(error)) return { events: [], cutMs: undefined };
    throw error;
  }
}
