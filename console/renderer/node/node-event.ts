// Something that happened on a node, and how its mark looks: by colour, by shape and in words.

import type { QueryResult } from '../../common/query-result.ts';

/** Asks the store; ends with whoever asked. */
export type Ask = (sql: string, maxRows: number) => Promise<QueryResult>;

export interface NodeEvent {
  timeMs: number;
  kind: string;
  /** `info`, `warning` or `error`. */
  severity: string;
  text: string;
}

export const EVENT_COLORS = ['bad', 'late', 'accent', 'mute'] as const;
/** The token that a mark wears. */
export type EventColor = (typeof EVENT_COLORS)[number];

/** Kinds that people caused. */
const CHANGES = /^(config|inventory|labels|enrolled)/;

export function eventColor({ kind, severity }: NodeEvent): EventColor {
  if (severity === 'error') return 'bad';
  if (severity === 'warning') return 'late';
  return CHANGES.test(kind) ? 'accent' : 'mute';
}

/** `agent_started` → `Agent started`; `oom_kill` → `OOM kill`. */
export function eventTitle({ kind }: NodeEvent): string {
  const words = kind.replaceAll('_', ' ').replace(/\boom\b/, 'OOM');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
