// What the ledger says of the epochs of an import: the doors tell of rows from here, not from what they handed on.
import { setTimeout as wait } from 'node:timers/promises';
import { measurementNameProblem } from '../../core/common/measurement-names.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import type { GetImportAccountRequest, ImportAccount, RowsSetAside } from '../../proto/gen/messages.ts';
import { identifier, literal, type ReadDatabase, type TextRow } from '../fleet/query/read-database.ts';

export interface ImportAccounts {
  /**
   * Answers within some seconds, with what is known by then. Throws `invalid_argument`, `unavailable` while the database does not answer, and
   * `deadline_exceeded` where not even the sums could be read.
   */
  read(request: GetImportAccountRequest): Promise<ImportAccount>;
  /** The same of single batches, at most 100. */
  readBatches(batches: readonly { node_id: string; epoch: string; seq: number }[]): Promise<ImportAccount>;
}

type Database = Pick<ReadDatabase, 'rows'>;

const MAX_EPOCHS = 1000;
const EPOCH_BYTES = 16;
export const MAX_BATCHES = 100;
/** Ledger rows with reasons that are looked at: further ones are told by their number alone. */
const MAX_REASONS = 10_000;
/** Of a whole answer: importers wait 10 s for it. */
const WITHIN_MS = 8000;
const APPLY_WAIT_MS = 5000;
const APPLY_POLL_MS = 50;
const SUMS =
  'count(), sum(rows), sum(bad_rows), sum(merged_rows), sum(met_rows), sum(replaced_rows), sum(overwritten_rows), count(reasons)';

export function createImportAccounts(database: Database, withinMs = WITHIN_MS): ImportAccounts {
  return {
    async read({ epochs, measurement, firstUs, lastUs }) {
      if (epochs.length === 0 || epochs.length > MAX_EPOCHS || epochs.some((epoch) => epoch.length !== EPOCH_BYTES))
        throw new MusterError(
          'invalid_argument',
          `${epochs.length} epochs are named: 1 to ${MAX_EPOCHS} of ${EPOCH_BYTES} bytes are needed`,
        );
      const bounded = boundedBy(database, withinMs);
      const where = `epoch in (${epochs.map((epoch) => `'${Buffer.from(epoch).toString('hex')}'`).join(', ')})`;
      const account = await sumOf(bounded, where);
      if (account.overwrittenRows === 0 || lastUs === 0) return account;
      const counted = await inTime(countTable(bounded, measurement, firstUs, lastUs));
      if (counted.late)
        return told(
          account,
          `whose rows were replaced is not known yet: the table ${measurement.slice(0, 80)} could not be counted in time`,
        );
      return { ...account, ...(counted.value === undefined ? {} : { tableRows: counted.value }) };
    },
    readBatches(batches) {
      const one = ({ node_id: node, epoch, seq }: (typeof batches)[number]): string =>
        `(node_id = ${literal(node)} and epoch = ${literal(epoch)} and seq = ${seq})`;
      return sumOf(boundedBy(database, withinMs), batches.slice(0, MAX_BATCHES).map(one).join(' or '));
    },
  };
}

/** The same database, which has so long for all that is asked of it. */
function boundedBy(database: Database, withinMs: number): Database {
  const untilMs = performance.now() + withinMs;
  return { rows: (sql) => database.rows(sql, Math.max(1, Math.ceil(untilMs - performance.now()))) };
}

async function inTime<T>(answer: Promise<T>): Promise<{ late: false; value: T } | { late: true }> {
  try {
    return { late: false, value: await answer };
  } catch (error) {
    if (error instanceof MusterError && error.code === 'deadline_exceeded') return { late: true };
    throw error;
  }
}

function told(account: ImportAccount, words: string): ImportAccount {
  return { ...account, incomplete: [account.incomplete, words].filter((each) => each !== '').join('; ') };
}

async function sumOf(database: Database, where: string): Promise<ImportAccount> {
  const [row = []] = await unlessMissing(database.rows(`select ${SUMS} from deliveries where ${where}`));
  const [batches = 0, rows = 0, badRows = 0, mergedRows = 0, metRows = 0, replacedRows = 0, overwrittenRows = 0, reasons = 0] =
    row.map(Number);
  const sums = { batches, rows, badRows, mergedRows, metRows, replacedRows, overwrittenRows, setAside: [], incomplete: '' };
  if (reasons === 0) return sums;
  const setAside = await inTime(reasonsOf(database, where));
  return setAside.late ? told(sums, 'why rows were set aside could not be read in time') : { ...sums, setAside: setAside.value };
}

/** Before anything was stored there is no ledger. */
function unlessMissing(rows: Promise<TextRow[]>): Promise<TextRow[]> {
  return rows.catch((error: unknown) => {
    if (error instanceof MusterError && error.code === 'invalid_argument' && /table does not exist/i.test(error.message)) return [];
    throw error;
  });
}

async function reasonsOf(database: Database, where: string): Promise<RowsSetAside[]> {
  const rows = await database.rows(`select reasons from deliveries where (${where}) and reasons is not null limit ${MAX_REASONS}`);
  const sums = new Map<string, RowsSetAside>();
  for (const [text] of rows) {
    for (const [reason, { rows, detail }] of Object.entries(parseReasons(text ?? ''))) {
      const known = sums.get(reason);
      if (known === undefined) sums.set(reason, { reason, rows, detail });
      else known.rows += rows;
    }
  }
  return [...sums.values()].sort((a, b) => b.rows - a.rows);
}

function parseReasons(text: string): Record<string, { rows: number; detail: string }> {
  try {
    return JSON.parse(text) as Record<string, { rows: number; detail: string }>;
  } catch {
    return {};
  }
}

/** Rows of the table in a span, once what it was given until now can be read. Throws `deadline_exceeded` where it cannot be read in time. */
async function countTable(database: Database, measurement: string, firstUs: number, lastUs: number): Promise<number | undefined> {
  if (measurementNameProblem(measurement) !== undefined) return undefined;
  const state = `select writerTxn, sequencerTxn from wal_tables() where name = '${measurement}'`;
  let given: number | undefined;
  for (const deadlineMs = performance.now() + APPLY_WAIT_MS; ; await wait(APPLY_POLL_MS)) {
    const [row] = await database.rows(state);
    if (row === undefined) return undefined;
    given ??= Number(row[1]);
    if (Number(row[0]) >= given) break;
    if (performance.now() > deadlineMs) throw new MusterError('deadline_exceeded', 'the table is behind what it was given');
  }
  const span = `timestamp between cast(${Math.trunc(firstUs)} as timestamp) and cast(${Math.trunc(lastUs)} as timestamp)`;
  const [row] = await database.rows(`select count() from ${identifier(measurement)} where ${span}`);
  return Number(row?.[0] ?? 0);
}
