// What an import job and its reading thread say to each other.
import type { MusterErrorCode } from '../../core/common/muster-error.ts';
import type { ImportMapping, WantedMapping } from '../../core/files/import/import-mapping.ts';
import type { CsvReading } from '../../core/files/import/import-source.ts';

/** What the thread is started with. */
export interface ImportTask {
  path: string;
  /** Its name, for messages. */
  file: string;
  mapping: WantedMapping;
  csv: CsvReading;
  /** Below it is room for what has to be unpacked; the job removes it. */
  scratch?: string;
  shiftToNow: boolean;
  windowSeconds: number;
  stepSeconds: number;
  speed: number;
  maxRowsPerNode: number;
  ttlDays: number;
}

export type FromWorker =
  | { kind: 'planned'; mapping: ImportMapping; bytes: number }
  | {
      kind: 'batch';
      nodeId: string;
      epoch: Uint8Array;
      seq: number;
      batch: Uint8Array;
      labels: Readonly<Record<string, string>>;
      rows: number;
      oldestUs: number;
      createdUs: number;
    }
  | { kind: 'progress'; bytesRead: number; rowsRead: number; leftOut: number; refused: number; firstRefusal: string }
  /** Everything of the span was handed over. */
  | { kind: 'paused' }
  | { kind: 'done' }
  | { kind: 'failed'; code: MusterErrorCode; message: string };

export type ToWorker = { kind: 'stored'; bytes: number } | { kind: 'next' };
