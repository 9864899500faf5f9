// Which format an export is written in: what was asked for, else the file's ending, else what the measurement was imported from.
import { readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { z } from 'zod';
import { MusterError } from '../../core/common/muster-error.ts';
import { makeFolderDurably, writeDurably } from '../../core/node/durable-file.ts';

export const EXPORT_FORMATS = ['csv', 'parquet', 'ndjson'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const ENDINGS: Readonly<Record<string, ExportFormat>> = {
  ...{ '.csv': 'csv', '.parquet': 'parquet', '.pq': 'parquet' },
  ...{ '.ndjson': 'ndjson', '.jsonl': 'ndjson' },
};
const KEPT = z.record(z.string(), z.enum(EXPORT_FORMATS));

/** Throws `invalid_argument` for an ending that says nothing. */
export function formatOf(file: string | undefined, imported: ExportFormat | undefined): ExportFormat {
  if (file === undefined) return imported ?? 'csv';
  const ending = extname(file).toLowerCase();
  const known = ENDINGS[ending] ?? (ending === '' ? imported : undefined);
  if (known === undefined)
    throw new MusterError('invalid_argument', `${file} ends in none of ${Object.keys(ENDINGS).join(', ')}: name the format with --format`);
  return known;
}

/** What each measurement was last imported from, in the state folder. */
export class ImportedFormats {
  readonly #path: string;

  constructor(stateFolder: string) {
    this.#path = join(stateFolder, 'imports', 'formats.json');
  }

  get(measurement: string): ExportFormat | undefined {
    return this.#load()[measurement];
  }

  set(measurement: string, format: ExportFormat): void {
    makeFolderDurably(dirname(this.#path));
    writeDurably(this.#path, JSON.stringify({ ...this.#load(), [measurement]: format }));
  }

  #load(): Record<string, ExportFormat> {
    try {
      return KEPT.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch {
      // None is there, or none that can be read: it only makes a default.
      return {};
    }
  }
}
