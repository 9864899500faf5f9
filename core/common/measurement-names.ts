// Which names may become tables and columns. A name is taken as it is or refused, never rewritten: two names that become one table
// would overwrite each other's rows.
import { parseRollUpView } from './tier-names.ts';

/** Lower snake case: a letter, then letters, digits and underscores, at most 64. It needs no quoting in SQL. */
const NAME = /^[a-z][a-z0-9_]{0,63}$/;

/** Of a telemetry table, its time and node among them: each is a file a day. */
export const MAX_TABLE_COLUMNS = 500;

/** Tables of Muster itself. */
const OWN_TABLES = new Set(['deliveries', 'drops', 'events', 'nodes', 'node_history', 'telemetry', 'tables', 'columns']);

/** What the ETL adds to each table by itself. */
const OWN_COLUMNS = new Set(['timestamp', 'node_id']);

/** Words of QuestDB's SQL that would have to be quoted in every statement. */
const SQL_WORDS = new Set(
  (
    'all alter and any as asc asof between by case cast column create cross declare dedup delete desc distinct drop else end except ' +
    'exists explain false fill from full grant group having ilike in index inner insert intersect into is join keys latest left like ' +
    'limit lt not null of offset on or order outer over partition right sample select set show splice table then timestamp to true ' +
    'truncate union update upsert using values view when where window with'
  ).split(' '),
);

/** What is wrong with a column's name, or undefined. */
export function columnNameProblem(name: string): string | undefined {
  if (OWN_COLUMNS.has(name)) return `${name} is a column of every table: choose another name`;
  return nameProblem(name);
}

/** What is wrong with a measurement's name, or undefined. */
export function measurementNameProblem(name: string): string | undefined {
  return nameProblem(name);
}

/** Why nobody but Muster itself may write under a name, and another that is free; each door says how one is chosen there. Undefined for a name that is free. */
export function reservedNameProblem(name: string): string | undefined {
  if (!isReservedMeasurement(name)) return undefined;
  const free = `${name.replace(/^muster_/, '').replace(/_nodes$/, '_of_nodes')}_data`.slice(0, 64);
  const advice = NAME.test(free) && !isReservedMeasurement(free) ? `, such as ${free}` : '';
  return `${name} is a name of Muster's own tables and views: choose another${advice}`;
}

/** True for names under which nobody but Muster itself may write: its own tables and views, and what its parts say of themselves. */
export function isReservedMeasurement(name: string): boolean {
  return isOwnTable(name) || isPartMeasurement(name);
}

/** What Muster's parts say of themselves: telemetry like any other, but of them alone. */
export function isPartMeasurement(name: string): boolean {
  return name.startsWith('muster_');
}

/** The node ids of those parts: none is registered, no certificate has such a name, and the doors refuse it. */
export function isPartNode(nodeId: string): boolean {
  return nodeId.startsWith('muster-');
}

/** True for names that Muster's own tables and views have, `cpu_nodes` and `cpu_1m` among them. */
export function isOwnTable(name: string): boolean {
  return OWN_TABLES.has(name) || name.endsWith('_nodes') || parseRollUpView(name) !== undefined;
}

function nameProblem(name: string): string | undefined {
  if (SQL_WORDS.has(name)) return `${name} is a word of SQL: choose another name`;
  if (NAME.test(name)) return undefined;
  const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
  return `${shown} is not a name: a lower-case letter, then at most 63 lower-case letters, digits or underscores`;
}
