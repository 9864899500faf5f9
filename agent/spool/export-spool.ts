// Writes what a spool holds as lines of JSON: for a machine whose gateway never comes back.
import { once } from 'node:events';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { type FrameColumns, textAt } from '../../core/common/frame.ts';
import { decodeBatch, toFrameColumns } from '../../proto/batch-codec.ts';
import { lockStateFolder } from '../state/state-lock.ts';
import { HostSpool, type SpoolReports } from './host-spool.ts';

const AT_ONCE = 16;
const UNLIMITED = { maxBytes: Number.MAX_SAFE_INTEGER, maxRows: Number.MAX_SAFE_INTEGER };

export interface Exported {
  batches: number;
  rows: number;
  events: number;
}

/** Nothing leaves the spool. Throws `already_exists` where an agent runs on the folder: it has the spool for itself. */
export async function exportSpool(stateDir: string, out: Writable, reports: SpoolReports): Promise<Exported> {
  const lock = lockStateFolder(stateDir);
  const spool = new HostSpool(join(stateDir, 'spool.db'), UNLIMITED, reports);
  const done: Exported = { batches: 0, rows: 0, events: 0 };
  try {
    spool.renumberAll();
    for (const lane of [...(spool.backlog ?? []), spool]) {
      const { oldestSeq, nextSeq } = lane.status();
      for (let from = oldestSeq; from < nextSeq; ) {
        const batches = lane.read(from, AT_ONCE);
        for (const { bytes, rows, seq } of batches) {
          const batch = decodeBatch(bytes);
          done.batches++;
          done.rows += rows;
          done.events += batch.events.length;
          const origin = { epoch: Buffer.from(batch.epoch).toString('hex'), seq };
          const lines = [
            ...batch.frames.flatMap((frame) => [...rowsOfFrame(toFrameColumns(frame))].map((row) => ({ ...origin, ...row }))),
            ...batch.events.map((event) => ({ ...origin, event })),
          ];
          const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
          if (text !== '' && !out.write(text)) await once(out, 'drain');
          from = seq + 1;
        }
        if (batches.length === 0) break;
      }
    }
    return done;
  } finally {
    spool.close();
    lock?.release();
  }
}

interface ExportedRow {
  measurement: string;
  time_us: number;
  tags: Record<string, string>;
  fields: Record<string, number | string>;
}

function* rowsOfFrame(frame: FrameColumns): Generator<ExportedRow> {
  const rows = frame.timeUs.length;
  for (let row = 0; row < rows; row++) {
    const series = frame.series[frame.seriesIndex[row]!] ?? [];
    const fields: Record<string, number | string> = {};
    frame.fields.forEach((name, column) => {
      const value = frame.values[column * rows + row]!;
      // Absent, as NULL is in the database.
      if (!Number.isNaN(value)) fields[name] = value;
    });
    frame.textFields.forEach((name, column) => {
      const text = textAt(frame, row, column);
      if (text !== undefined) fields[name] = text;
    });
    yield {
      measurement: frame.measurement,
      time_us: frame.timeUs[row]!,
      tags: Object.fromEntries(frame.tags.map((name, i) => [name, series[i] ?? ''])),
      fields,
    };
  }
}
