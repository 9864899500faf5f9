// Makes telemetry tables and columns before their first row, and knows which frame shapes cannot be stored.
// Automatic tables and columns are off in the database: a tag column it makes by itself is not part of the dedup key.

import { columnNameProblem, isOwnTable, MAX_TABLE_COLUMNS, measurementNameProblem } from '../../core/common/measurement-names.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import type { DecodedFrame } from '../../proto/batch-codec.ts';
import type { EtlEvents } from '../events.ts';
import type { PlanRefusal, PlanSource } from '../telemetry/plan-source.ts';
import { createTablePlan, type TablePlan } from '../telemetry/table-plan.ts';
import type { QuestdbHttp } from './questdb-http.ts';
import { untilDone } from './retry.ts';
import { type Column, readColumns, readColumnsUntil } from './table-columns.ts';
import { type PartitionBy, ttlClause } from './table-ttl.ts';
import { WriteProblems } from './write-problems.ts';

type Shape = Pick<DecodedFrame, 'measurement' | 'tags' | 'fields' | 'textFields'>;
type ColumnType = 'SYMBOL' | 'DOUBLE' | 'VARCHAR';

/** How a new table keeps its rows. */
export interface TableStorage {
  partitionBy: PartitionBy;
  /** Undefined for ever, until the cold tier has them. */
  ttlDays: number | undefined;
}

/** Each table costs the database memory and files. */
const MAX_TABLES = 500;
/** How often a change of a table is tried that the database itself refuses: it may be busy with another one. */
const ALTER_ATTEMPTS = 6;
/** How long a shape counts as refused by the database before it is tried again. */
const REFUSED_MS = 60_000;
/** Shapes that are remembered; beyond it they are asked again. */
const MAX_SHAPES = 20_000;

export class Schema implements PlanSource {
  readonly #database: QuestdbHttp;
  readonly #storage: TableStorage;
  /** Told of a table that was made or got columns. */
  readonly #tableChanged: (table: string) => void;
  readonly #events: EtlEvents;
  readonly #signal: AbortSignal;
  /** Told of a table whose change fails and is tried again. */
  readonly #problems: WriteProblems;
  readonly #plans = new Map<string, TablePlan | PlanRefusal>();
  /** Until when (Unix ms) a plan that is a refusal of the database holds. */
  readonly #refusedUntil = new Map<string, number>();
  readonly #tables = new Map<string, Map<string, Column>>();
  /** One change of the schema at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    database: QuestdbHttp,
    storage: TableStorage,
    tableChanged: (table: string) => void,
    events: EtlEvents,
    signal: AbortSignal,
    problems = new WriteProblems(),
  ) {
    this.#problems = problems;
    this.#database = database;
    this.#storage = storage;
    this.#tableChanged = tableChanged;
    this.#events = events;
    this.#signal = signal;
  }

  plan(shape: string): TablePlan | PlanRefusal | undefined {
    const until = this.#refusedUntil.get(shape);
    return until !== undefined && until < Date.now() ? undefined : this.#plans.get(shape);
  }

  async resolve(shape: string, frame: DecodedFrame): Promise<TablePlan | PlanRefusal> {
    const plan = nameRefusal(frame) ?? (await this.#ensureInTurn(frame));
    if (this.#plans.size >= MAX_SHAPES) {
      this.#plans.clear();
      this.#refusedUntil.clear();
    }
    this.#plans.set(shape, plan);
    // Somebody may put the table right: its rows are not refused for ever.
    if ('reason' in plan && plan.reason === 'rejected_by_database') this.#refusedUntil.set(shape, Date.now() + REFUSED_MS);
    else this.#refusedUntil.delete(shape);
    return plan;
  }

  /** What the database refuses for good costs the rows that need it, and nobody else's. */
  async #ensureInTurn(frame: Shape): Promise<TablePlan | PlanRefusal> {
    try {
      return await this.#inTurn(frame.measurement, () => this.#ensure(frame));
    } catch (error) {
      if (!(error instanceof ChangeRefused)) throw error;
      this.#tables.delete(frame.measurement);
      return { reason: 'rejected_by_database', detail: error.message };
    }
  }

  /** Looks at a table again after a refused request and makes what is missing; false where the shape cannot be stored. */
  async repair(frame: Shape): Promise<boolean> {
    const repaired = this.#inTurn(frame.measurement, async () => {
      this.#tables.delete(frame.measurement);
      return !('reason' in (await this.#ensure(frame)));
    });
    return repaired.catch((error: unknown) => {
      if (error instanceof ChangeRefused) return false;
      throw error;
    });
  }

  #changed = false;

  #inTurn<T>(table: string, work: () => Promise<T>): Promise<T> {
    let refusals = 0;
    const attempt = (): Promise<T | ChangeRefused> =>
      work().catch((error: unknown) => {
        if (!(error instanceof ChangeRefused) || ++refusals < ALTER_ATTEMPTS) throw error;
        this.#events.schemaFailed(error.table, error);
        return error;
      });
    const result = this.#turn.then(async () => {
      const failed = (error: Error): void => {
        this.#events.schemaFailed(table, error);
        this.#problems.failed(table, error.message);
      };
      const done = await untilDone(attempt, failed, this.#signal);
      this.#problems.answered(table);
      if (done instanceof ChangeRefused) throw done;
      return done;
    });
    this.#turn = result.catch(() => {
      // Whoever asked gets the error; the next one must not.
    });
    return result;
  }

  async #ensure(frame: Shape): Promise<TablePlan | PlanRefusal> {
    this.#changed = false;
    const { measurement } = frame;
    let columns = this.#tables.get(measurement) ?? (await readColumns(this.#database, measurement));
    if (columns.size === 0) {
      if ((await this.#countTables()) >= MAX_TABLES) {
        return { reason: 'too_many_series', detail: `there are ${MAX_TABLES} tables already: ${measurement} is not made` };
      }
      await this.#alter(measurement, createTable(frame, this.#storage));
      columns = await readColumnsUntil(this.#database, measurement, ['node_id']);
    }
    const wanted = wantedColumns(frame);
    for (const [name, type] of wanted) {
      const column = columns.get(name);
      if (column !== undefined && column.type !== type) {
        return { reason: 'type_changed', detail: `${measurement}.${name} is ${column.type} and came as ${type}` };
      }
    }
    const missing = [...wanted].filter(([name]) => !columns.has(name));
    if (columns.size + missing.length > MAX_TABLE_COLUMNS) {
      return { reason: 'too_many_series', detail: `${measurement} has ${columns.size} columns, the limit is ${MAX_TABLE_COLUMNS}` };
    }
    for (const [name, type] of missing) {
      await this.#alter(measurement, `ALTER TABLE "${measurement}" ADD COLUMN IF NOT EXISTS "${name}" ${type}`);
    }
    if (missing.length > 0) columns = await readColumnsUntil(this.#database, measurement, [...wanted.keys()]);
    await this.#ensureKeys(measurement, columns);
    if (this.#changed) {
      await this.#ensureView(measurement, columns);
      this.#tableChanged(measurement);
    }
    this.#tables.set(measurement, columns);
    return createTablePlan(frame as DecodedFrame);
  }

  /** Every symbol is a tag, and every tag is part of the key: also those that another ETL has just added. */
  async #ensureKeys(table: string, columns: Map<string, Column>): Promise<void> {
    const tags = [...columns].filter(([, column]) => column.type === 'SYMBOL');
    if (tags.every(([, column]) => column.dedupKey)) return;
    const keys = ['timestamp', ...tags.map(([name]) => `"${name}"`)].join(', ');
    await this.#alter(table, `ALTER TABLE "${table}" DEDUP ENABLE UPSERT KEYS(${keys})`);
    for (const [, column] of tags) column.dedupKey = true;
  }

  /** The rows with the node's name, country and region, so that `where region = 'gh'` just works. */
  async #ensureView(table: string, columns: Map<string, Column>): Promise<void> {
    const labels = ['name', 'country', 'region'].filter((label) => !columns.has(label)).map((label) => `n.${label}`);
    const list = ['t.*', ...labels].join(', ');
    const select = `SELECT ${list} FROM "${table}" t LEFT JOIN nodes n ON n.node_id = t.node_id`;
    try {
      await this.#database.sql(`CREATE OR REPLACE VIEW "${table}_nodes" AS (${select})`);
    } catch (error) {
      // A convenience must not stop the flow.
      this.#events.schemaFailed(`${table}_nodes`, error as Error);
    }
  }

  async #alter(table: string, statement: string): Promise<void> {
    try {
      await this.#database.sql(statement);
    } catch (error) {
      if (error instanceof MusterError && error.code === 'failed_precondition') throw new ChangeRefused(table, statement, error);
      throw error;
    }
    this.#changed = true;
    this.#database.renewWrites();
    this.#events.schemaChanged(table, statement);
  }

  async #countTables(): Promise<number> {
    const [row] = await this.#database.sql("SELECT count() FROM tables() WHERE table_type = 'T'");
    return Number(row?.[0] ?? 0);
  }
}

/** The database's own refusal of a change of a table. */
class ChangeRefused extends MusterError {
  readonly table: string;

  constructor(table: string, statement: string, cause: MusterError) {
    super('failed_precondition', `${cause.message} (for ${statement.slice(0, 200)})`, cause);
    this.table = table;
  }
}

function nameRefusal(frame: Shape): PlanRefusal | undefined {
  const problem = measurementNameProblem(frame.measurement);
  if (problem !== undefined) return { reason: 'bad_name', detail: problem };
  if (isOwnTable(frame.measurement)) {
    return { reason: 'reserved_measurement', detail: `${frame.measurement} is a name of Muster's own tables and views` };
  }
  const seen = new Set<string>();
  for (const name of [...frame.tags, ...frame.fields, ...frame.textFields]) {
    const columnProblem = columnNameProblem(name);
    if (columnProblem !== undefined) return { reason: 'bad_name', detail: columnProblem };
    if (seen.has(name)) return { reason: 'bad_name', detail: `${frame.measurement} has the column ${name} twice` };
    seen.add(name);
  }
  return undefined;
}

function wantedColumns(frame: Shape): Map<string, ColumnType> {
  return new Map<string, ColumnType>([
    ...frame.tags.map((name) => [name, 'SYMBOL'] as const),
    ...frame.fields.map((name) => [name, 'DOUBLE'] as const),
    ...frame.textFields.map((name) => [name, 'VARCHAR'] as const),
  ]);
}

function createTable(frame: Shape, { partitionBy, ttlDays }: TableStorage): string {
  const columns = [...wantedColumns(frame)].map(([name, type]) => `"${name}" ${type}`);
  const ttl = ttlDays === undefined ? '' : ` TTL ${ttlClause(ttlDays, partitionBy)}`;
  const keys = ['timestamp', 'node_id', ...frame.tags.map((tag) => `"${tag}"`)].join(', ');
  return (
    `CREATE TABLE IF NOT EXISTS "${frame.measurement}" (timestamp TIMESTAMP, node_id SYMBOL CAPACITY 16384` +
    `${columns.map((column) => `, ${column}`).join('')}) ` +
    `TIMESTAMP(timestamp) PARTITION BY ${partitionBy}${ttl} WAL DEDUP UPSERT KEYS(${keys})`
  );
}
