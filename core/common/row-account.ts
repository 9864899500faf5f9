// What became of the rows that came by a door, in numbers and in words: the same for every importer. The numbers come from the ledger, not from what was sent.

/** The ledger's sums over the epochs of an import. */
export interface LedgerAccount {
  batches: number;
  rows: number;
  badRows: number;
  /** Became one row with another of their batch; `replacedRows` of them had other values. */
  mergedRows: number;
  replacedRows: number;
  /** Met a row of another batch; `overwrittenRows` of them gave it another value. */
  metRows: number;
  overwrittenRows: number;
  setAside: readonly RowsSetAside[];
  /** Rows that the table has between the times of the import; absent where nobody looked. */
  tableRows?: number | null | undefined;
  /** What could not be read in time, one sentence; empty or absent where nothing is. */
  incomplete?: string;
}

export interface RowsSetAside {
  reason: string;
  rows: number;
  detail: string;
}

/**
 * Beside the reasons for which rows are set aside: they are stored, but the database was behind and could not be asked for rows of the same time,
 * node and tags, whose other fields they may have replaced.
 */
export const NOT_COMPARED = 'not_compared';

/** What the importer itself knows. */
export interface SentRows {
  /** Looked at in the file. */
  read: number;
  /** Not acceptable at the door. */
  refused: number;
  /** Left out as was asked. */
  leftOut: number;
  /** Durably in the stream, and the batches they are in. */
  accepted: number;
  batches: number;
}

/** Each row that was read is one of: stored, replaced, set aside, pending, refused, left out. */
export interface RowAccount extends SentRows {
  /** Their values are in the table. */
  stored: number;
  /** Of the stored ones, those that share a row with others of the same time, node and tags. */
  joined: number;
  /** Lost a value to another row of the import of the same time, node and tags. */
  replaced: number;
  /** Rows stored before, by this or another import, that lost a value to a row of this one. */
  overwritten: number;
  aside: number;
  setAside: RowsSetAside[];
  /** Accepted, and not in the ledger yet. */
  pending: number;
  /** What of it could not be read in time; empty where nothing is. */
  incomplete: string;
}

export function toRowAccount(sent: SentRows, ledger: LedgerAccount): RowAccount {
  const complete = ledger.batches >= sent.batches;
  // A batch that cannot be read has no rows in the ledger.
  const unread = complete ? Math.max(0, sent.accepted - ledger.rows) : 0;
  const pending = complete ? 0 : Math.max(0, sent.accepted - ledger.rows);
  const aside = Math.min(sent.accepted, ledger.badRows + unread);
  // Where the table has no other rows than those of this import, whatever a row met is of this import.
  const made = ledger.rows - ledger.badRows - ledger.mergedRows - ledger.metRows;
  const alone = typeof ledger.tableRows === 'number' && ledger.tableRows <= made;
  const replaced = ledger.replacedRows + (alone ? ledger.overwrittenRows : 0);
  const overwritten = alone ? 0 : ledger.overwrittenRows;
  return {
    ...sent,
    stored: Math.max(0, sent.accepted - pending - aside - replaced),
    joined: Math.max(0, ledger.mergedRows + ledger.metRows - replaced - overwritten),
    ...{ replaced, overwritten, aside, pending, incomplete: ledger.incomplete ?? '' },
    setAside: [...ledger.setAside, ...(unread > 0 && ledger.badRows === 0 ? [unreadBatch(unread)] : [])],
  };
}

function unreadBatch(rows: number): RowsSetAside {
  return { reason: 'malformed', rows, detail: 'a batch could not be read' };
}

/** True where every row that was read is in the table as it was, or was left out as asked. */
export function isWhole({ replaced, overwritten, aside, refused, pending, setAside }: RowAccount): boolean {
  return replaced + overwritten + aside + refused + pending + setAside.length === 0;
}

/** One row, two rows. */
function rowWord(rows: number): string {
  return rows === 1 ? 'row' : 'rows';
}

/**
 * `20 rows read: 4 rows stored in cpu, 0 refused, 16 replaced by others of the same time, node and tags` and a line for each thing that wants one.
 * Without a table it is not named.
 */
export function accountLines(account: RowAccount, count: (rows: number) => string = String, table = ''): string[] {
  const { read, stored, joined, replaced, overwritten, aside, refused, leftOut, pending, setAside, incomplete } = account;
  const parts = [
    ...(stored > 0 || pending === 0
      ? [table === '' ? `${count(stored)} stored` : `${count(stored)} ${rowWord(stored)} stored in ${table}`]
      : []),
    ...(pending > 0 ? [`${count(pending)} accepted, not yet stored`] : []),
    `${count(refused)} refused`,
    ...(replaced > 0 ? [`${count(replaced)} replaced by others of the same time, node and tags`] : []),
    ...(aside > 0 ? [`${count(aside)} set aside`] : []),
    ...(leftOut > 0 ? [`${count(leftOut)} left out`] : []),
  ];
  return [
    `${count(read)} ${rowWord(read)} read: ${parts.join(', ')}`,
    ...(joined > 0 ? [`${count(joined)} of the stored rows share a row with others of the same time, node and tags`] : []),
    ...(overwritten > 0
      ? [
          `${count(overwritten)} ${overwritten === 1 ? 'row that was' : 'rows that were'} stored before had other values and ${overwritten === 1 ? 'was' : 'were'} replaced: the same time, node and tags`,
        ]
      : []),
    ...setAside.map(({ reason, rows, detail }) =>
      reason === NOT_COMPARED
        ? `${count(rows)} were stored without a look at rows of the same time, node and tags: ${detail}`
        : `${count(rows)} set aside as ${reason}: ${detail} (muster dead-letters)`,
    ),
    ...(incomplete === '' ? [] : [incomplete]),
  ];
}
