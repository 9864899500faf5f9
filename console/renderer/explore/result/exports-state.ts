// Exports of this window's host, and the start of one: the file goes where the host has its files, in a browser into its downloads.
import { toMusterError } from '../../../../core/common/muster-error.ts';
import type { ConsoleApi } from '../../../common/console-api.ts';
import type { ExportFormat } from '../../../common/export-view.ts';

/** Empty where it began or the operator chose no file; else why it did not, in one sentence. */
export async function beginExport(api: ConsoleApi, sql: string, format: ExportFormat, name: string): Promise<string> {
  try {
    const started = await api.request('startExport', { sql, format, name });
    if (started !== null && started.download !== '') fetchAsDownload(started.download);
    return '';
  } catch (error) {
    return toMusterError(error).message;
  }
}

/** `cpu_nodes 2026-11-23T0539`: what it is of and when it was asked for. */
export function exportName(sql: string, nowMs: number): string {
  const table = /\bfrom\s+"?([\w-]+)/i.exec(sql)?.[1] ?? 'query';
  return `${table}-${new Date(nowMs).toISOString().slice(0, 16).replace(':', '')}`.slice(0, 120);
}

function fetchAsDownload(path: string): void {
  const link = document.createElement('a');
  link.href = path;
  link.download = '';
  document.body.append(link);
  link.click();
  link.remove();
}
