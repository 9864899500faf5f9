// Looks at the rows of a file without sending any: what --dry-run and --strict say of them.
import type { TimeWindow } from '../../core/common/row-time.ts';
import type { ImportMapping } from '../../core/files/import/import-mapping.ts';
import type { ImportSource, RowRefusal } from '../../core/files/import/import-source.ts';
import { RepeatedKeys } from '../../core/files/import/repeated-keys.ts';
import { formatCount } from '../terminal/quantity.ts';

export interface FileCheckOptions {
  window: TimeWindow;
  shiftUs: number;
  fromUs?: number;
  /** Default all. */
  maxRows?: number;
  onRefused(refusal: RowRefusal): void;
}

/** Rows from the beginning of the file on that --dry-run looks at. */
export const DRY_RUN_ROWS = 200_000;
export const ANY_TIME: TimeWindow = { oldestUs: Number.NEGATIVE_INFINITY, newestUs: Number.POSITIVE_INFINITY };

/** What in the file has the same time, node and tags. */
export async function findRepeats(source: ImportSource, mapping: ImportMapping, options: FileCheckOptions): Promise<RepeatedKeys> {
  const { window, shiftUs, fromUs, maxRows = Number.POSITIVE_INFINITY, onRefused } = options;
  const keys = new RepeatedKeys(mapping);
  const reader = await source.read({ builder: keys, mapping, shiftUs, window, onRefused, ...(fromUs === undefined ? {} : { fromUs }) });
  try {
    while (reader.counts.rows < maxRows && (await reader.next()));
  } finally {
    await reader.close();
  }
  return keys;
}

/** Empty where no rows repeat. */
export function repeatLines(keys: RepeatedKeys, { tags, time }: ImportMapping): string[] {
  if (keys.repeated === 0) return [];
  const column = keys.telling();
  const names = [...tags.map(({ header }) => header), column].join(',');
  const advice =
    column === undefined
      ? 'name the columns that tell them apart with --tags'
      : `make ${column} a tag: --tags ${/[^\w,.-]/.test(names) ? JSON.stringify(names) : names}`;
  const cut = time.format === 'ns' ? ' (what is finer than a microsecond is cut)' : '';
  return [
    `${formatCount(keys.repeated)} of ${formatCount(keys.rows)} rows have the time${cut}, node and tags of an earlier row, which they replace or share: ${advice}`,
  ];
}
