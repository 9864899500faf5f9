// Makes the roll-ups of each telemetry table, follows its columns, and keeps TTLs as configured. In the background: rows never wait for it, and what
// fails is said in the status and tried again.
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { ROLL_UP_US, ROLL_UPS, type RollUp, rollUpView } from '../../core/common/tier-names.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { EtlEvents } from '../events.ts';
import type { QuestdbHttp } from '../questdb/questdb-http.ts';
import { isTtl, type PartitionBy, parsePartitionBy, ttlClause } from '../questdb/table-ttl.ts';
import { createRollUp, type RollUpShape, type RollUpStorage, rollUpColumns } from './roll-up-sql.ts';
import { readTables, readViews, type TableFacts, type ViewFacts } from './view-catalog.ts';

export interface TierOptions {
  /** False makes no views; those that are there stay. */
  tiers: boolean;
  rollUps: Readonly<Record<RollUp, RollUpStorage>>;
  /** Of the telemetry tables; undefined leaves it to the cold tier, which removes only what it has written. */
  telemetryTtlDays: number | undefined;
  /** How long a table must have had the same columns: the first ticks of an agent bring them piece by piece. Default 30 s. */
  settleMs?: number;
}

const LOOK_MS = 5000;
const SETTLE_MS = 30_000;
const AGAIN_MS = 60_000;
/** Every table is looked at this often, for views that somebody dropped or that QuestDB made invalid. */
const ROUND_MS = 600_000;
/** A view has five columns a field. */
const MAX_FIELDS = 200;

export class TierKeeper implements Component {
  readonly name = 'tiers';
  readonly #database: Pick<QuestdbHttp, 'sql'>;
  readonly #options: TierOptions;
  readonly #events: Pick<EtlEvents, 'schemaChanged' | 'retried'>;
  /** Table → Unix ms from which it is to be looked at. */
  readonly #due = new Map<string, number>();
  readonly #problems = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #nextRoundMs = 0;
  #stopping = false;

  constructor(database: Pick<QuestdbHttp, 'sql'>, options: TierOptions, events: Pick<EtlEvents, 'schemaChanged' | 'retried'>) {
    this.#database = database;
    this.#options = options;
    this.#events = events;
  }

  async start(): Promise<void> {
    this.#stopping = false;
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(() => this.#look());
    }, LOOK_MS);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** A table was made or got columns. */
  changed(table: string): void {
    this.#due.set(table, Date.now() + (this.#options.settleMs ?? SETTLE_MS));
  }

  /** A sentence for each table whose roll-ups or TTL are not as they should be. */
  get problems(): string[] {
    return [...this.#problems.values()];
  }

  async #look(): Promise<void> {
    const nowMs = Date.now();
    try {
      if (nowMs >= this.#nextRoundMs) {
        // Those of a table that is still settling keep their time.
        for (const { name } of (await readTables(this.#database)).values()) if (!this.#due.has(name)) this.#due.set(name, nowMs);
        this.#nextRoundMs = nowMs + ROUND_MS;
      }
    } catch (error) {
      this.#events.retried('tiers', toMusterError(error));
      return;
    }
    for (const [table, dueMs] of this.#due) {
      if (dueMs > nowMs || this.#stopping) continue;
      this.#due.delete(table);
      try {
        await this.ensure(table);
        this.#problems.delete(table);
      } catch (error) {
        const { message } = toMusterError(error);
        this.#problems.set(table, `the tiers of ${table} are not as they should be: ${message}`);
        this.#events.retried('tiers', toMusterError(error));
        this.#due.set(table, Date.now() + AGAIN_MS);
      }
    }
  }

  /** Brings TTL and views of one table to what they should be. Throws what the database says. */
  async ensure(table: string): Promise<void> {
    const facts = (await readTables(this.#database)).get(table);
    if (facts === undefined) return;
    const { telemetryTtlDays, tiers } = this.#options;
    if (telemetryTtlDays !== undefined) await this.#ensureTtl('TABLE', facts, telemetryTtlDays);
    if (!tiers) return;
    const shape = await this.#shape(table);
    if (shape === undefined) return;
    let base = table;
    for (const tier of ROLL_UPS) base = await this.#ensureView(tier, table, base, shape);
  }

  /** What a view is made of; undefined for a table without numbers. */
  async #shape(table: string): Promise<RollUpShape | undefined> {
    const columns = await this.#columns(table);
    const of = (type: string): string[] => columns.filter((column) => column.type === type).map(({ name }) => name);
    const shape = { tags: of('SYMBOL').filter((tag) => tag !== 'node_id'), fields: of('DOUBLE') };
    if (shape.fields.length === 0) return undefined;
    if (shape.fields.length > MAX_FIELDS) {
      throw new MusterError('limit_exceeded', `it has ${shape.fields.length} fields and roll-ups are made of at most ${MAX_FIELDS}`);
    }
    const seen = new Set<string>();
    for (const column of rollUpColumns(shape)) {
      if (seen.has(column))
        throw new MusterError('failed_precondition', `a roll-up of it would have the column ${column} twice: rename the tag or field`);
      seen.add(column);
    }
    return shape;
  }

  /** Returns the name of the view that is in force. */
  async #ensureView(tier: RollUp, table: string, base: string, shape: RollUpShape): Promise<string> {
    const generations = await readViews(this.#database, table, tier);
    await this.#dropEmptied(generations.slice(0, -1), tier);
    const current = generations.at(-1);
    const storage = this.#options.rollUps[tier];
    if (current === undefined) return this.#create(tier, { table, tier, generation: 1 }, base, shape);
    if (await this.#fits(current, base, shape)) {
      await this.#ensureTtl('MATERIALIZED VIEW', current, storage.ttlDays);
      return current.name;
    }
    const { generation } = current;
    if (await this.#hasOnlyWhatBaseHas(current, { table, base, tier })) {
      await this.#alter(current.name, `DROP MATERIALIZED VIEW IF EXISTS "${current.name}"`);
      return this.#create(tier, { table, tier, generation }, base, shape);
    }
    // It goes back further than its base, so nothing can make it again: it stays as it is, for as long as its TTL says, and a new one goes on.
    if (current.valid) await this.#alter(current.name, `ALTER MATERIALIZED VIEW "${current.name}" SET REFRESH MANUAL`);
    return this.#create(tier, { table, tier, generation: generation + 1 }, base, shape);
  }

  async #create(tier: RollUp, name: Parameters<typeof rollUpView>[0], base: string, shape: RollUpShape): Promise<string> {
    const view = rollUpView(name);
    await this.#alter(view, createRollUp(tier, view, base, shape, this.#options.rollUps[tier]));
    return view;
  }

  async #fits(view: ViewFacts, base: string, shape: RollUpShape): Promise<boolean> {
    if (!view.valid || view.manual || view.base !== base) return false;
    const columns = new Set((await this.#columns(view.name)).map(({ name }) => name));
    const wanted = rollUpColumns(shape);
    return columns.size === wanted.length && wanted.every((column) => columns.has(column));
  }

  /** A base that was made a moment ago is still empty, and will have what the table has. */
  async #hasOnlyWhatBaseHas(view: ViewFacts, { table, base, tier }: { table: string; base: string; tier: RollUp }): Promise<boolean> {
    if (view.minUs === undefined) return true;
    const names = `table_name IN ('${base}', '${table}')`;
    const rows = await this.#database.sql(`SELECT min(cast(table_min_timestamp AS long)) FROM tables() WHERE ${names}`);
    const minUs = rows[0]?.[0];
    return minUs !== null && minUs !== undefined && view.minUs >= Math.floor(Number(minUs) / ROLL_UP_US[tier]) * ROLL_UP_US[tier];
  }

  /** QuestDB applies a TTL at a commit, and these get none: once all of it is too old, it goes as a whole. */
  async #dropEmptied(old: readonly ViewFacts[], tier: RollUp): Promise<void> {
    const oldestUs = (Date.now() - this.#options.rollUps[tier].ttlDays * 86_400_000) * 1000;
    for (const { name, maxUs } of old) {
      if (maxUs === undefined || maxUs < oldestUs) await this.#alter(name, `DROP MATERIALIZED VIEW IF EXISTS "${name}"`);
    }
  }

  async #ensureTtl(kind: 'TABLE' | 'MATERIALIZED VIEW', facts: TableFacts, days: number): Promise<void> {
    const partitionBy: PartitionBy | undefined = parsePartitionBy(facts.partitionBy);
    if (partitionBy === undefined) return;
    const clause = ttlClause(days, partitionBy);
    if (!isTtl(facts.ttlValue, facts.ttlUnit, clause)) await this.#alter(facts.name, `ALTER ${kind} "${facts.name}" SET TTL ${clause}`);
  }

  async #alter(table: string, statement: string): Promise<void> {
    await this.#database.sql(statement);
    this.#events.schemaChanged(table, statement);
  }

  async #columns(table: string): Promise<{ name: string; type: string }[]> {
    const rows = await this.#database.sql(`SELECT "column", type FROM (SHOW COLUMNS FROM "${table}")`);
    return rows.map(([name, type]) => ({ name: String(name), type: String(type) }));
  }
}
