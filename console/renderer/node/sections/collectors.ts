// Collectors that the agent cannot read, and why, in its own words.
import { textColumn } from '../../../common/query-result.ts';
import type { Ask } from '../node-event.ts';
import { isMissing } from '../series/series-load.ts';
import { sqlText } from '../sql-text.ts';

const MAX_ROWS = 1000;

/** Collector → why it is unavailable: those whose newest word says so. */
export async function loadUnavailable(ask: Ask, nodeId: string, atMs: number): Promise<ReadonlyMap<string, string>> {
  const at = sqlText(new Date(atMs).toISOString());
  const sql =
    `SELECT kind, text, attributes FROM events WHERE node_id = ${sqlText(nodeId)} AND timestamp <= ${at} ` +
    "AND kind IN ('collector_unavailable', 'collector_available', 'agent_started') ORDER BY timestamp DESC";
  try {
    const result = await ask(sql, MAX_ROWS);
    const [kinds = [], texts = [], attributes = []] = ['kind', 'text', 'attributes'].map((name) => textColumn(result, name));
    return unavailableOf(kinds.map((kind, row) => ({ kind: kind ?? '', text: texts[row] ?? '', attributes: attributes[row] ?? '' })));
  } catch (error) {
    if (isMissing(error)) return new Map();
    throw error;
  }
}

/** Events newest first. An agent that started anew says anew what it cannot read. */
export function unavailableOf(events: readonly { kind: string; text: string; attributes: string }[]): Map<string, string> {
  const said = new Map<string, string>();
  for (const { kind, text, attributes } of events) {
    if (kind === 'agent_started') break;
    const { collector, reason } = attributesOf(attributes);
    if (collector === '' || said.has(collector)) continue;
    said.set(collector, kind === 'collector_unavailable' ? reason || text : '');
  }
  return new Map([...said].filter(([, reason]) => reason !== ''));
}

function attributesOf(json: string): { collector: string; reason: string } {
  try {
    const { collector = '', reason = '' } = JSON.parse(json) as Record<string, unknown>;
    return { collector: String(collector), reason: String(reason) };
  } catch {
    return { collector: '', reason: '' };
  }
}
