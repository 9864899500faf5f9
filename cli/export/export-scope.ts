// Which rows an export asks for: conditions of SQL from the options.
import { parseIsoTime } from '../../core/common/iso-time.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import { isoTime } from '../../proto/query-rows.ts';

export interface ScopeOptions {
  from?: string;
  to?: string;
  /** Seconds up to now. */
  last?: number;
  node: string[];
  filter?: string;
}

/** Throws `invalid_argument` for what is no time, `not_found` for a node that is not there. */
export async function toConditions(client: Pick<FleetClient, 'call'>, options: ScopeOptions): Promise<string[]> {
  const conditions: string[] = [];
  if (options.last !== undefined) {
    if (options.from !== undefined || options.to !== undefined)
      throw new MusterError('invalid_argument', '--last and --from or --to exclude each other: give one of them');
    conditions.push(`timestamp >= '${isoTime((Date.now() - options.last * 1000) * 1000)}'`);
  }
  if (options.from !== undefined) conditions.push(`timestamp >= '${isoTime(timeOf('--from', options.from))}'`);
  if (options.to !== undefined) conditions.push(`timestamp < '${isoTime(timeOf('--to', options.to))}'`);
  if (options.node.length > 0) conditions.push(`node_id in (${(await nodeIds(client, options.node)).map(quoted).join(', ')})`);
  if (options.filter !== undefined) conditions.push(`(${options.filter})`);
  return conditions;
}

function timeOf(option: string, text: string): number {
  const timeUs = parseIsoTime(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (timeUs === undefined)
    throw new MusterError(
      'invalid_argument',
      `${option} is ${JSON.stringify(text)}: a day, or a time with its zone such as 2026-11-23T08:00:00Z, is needed`,
    );
  return timeUs;
}

/** Nodes by id or by a name that only one has. Throws `not_found`. */
export async function nodeIds(client: Pick<FleetClient, 'call'>, wanted: readonly string[]): Promise<string[]> {
  const all = await Promise.all(wanted.map(async (node) => (await client.call('getNode', { node })).nodeId));
  return [...new Set(all)];
}

/** A text of SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
