// Exports of answers to files, as pages see them.

export const EXPORT_FORMATS = ['parquet', 'csv', 'ndjson'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportStart {
  exportId: string;
  /** Where a browser fetches it, beside its page; empty where it goes to a file by itself. */
  download: string;
}

export interface ExportView {
  exportId: string;
  /** The file's name, without its folder. */
  name: string;
  format: ExportFormat;
  state: 'running' | 'done' | 'failed' | 'cancelled';
  rows: number;
  /** 0 where it is not known. */
  totalRows: number;
  bytes: number;
  /** One sentence; empty where all is well. */
  problem: string;
  startedMs: number;
}
