// Rows for training: a Parquet file for each measurement, day and node, in folders that readers of such data know (`measurement=…/day=…/node=….parquet`),
// and a manifest with schema, rows and checksums.
import { join } from 'node:path';
import { type ExportCell, type ExportColumn, ParquetExport } from '../../core/files/export/parquet-export.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import { frameCells, toExportColumn } from './export-columns.ts';
import { quoted } from './export-scope.ts';
import { FileTarget } from './export-target.ts';
import { type PageSource, readAtOnce, readByTime, readExtent } from './time-pages.ts';

const DAY_US = 86_400_000_000;
/** Nodes that are read together have about so many rows. */
const GROUP_ROWS = 100_000;
const MAX_GROUP_NODES = 500;

export interface DumpedFile {
  path: string;
  measurement: string;
  /** `2026-11-23`, in UTC. */
  day: string;
  nodeId: string;
  rows: number;
  bytes: number;
  sha256: string;
}

export interface TrainingManifest {
  format: 'parquet';
  createdAt: string;
  /** As asked for, in SQL. */
  conditions: readonly string[];
  measurements: { name: string; columns: (ExportColumn & { tag: boolean })[]; rows: number }[];
  rows: number;
  files: DumpedFile[];
}

export interface TrainingOptions {
  client: FleetClient;
  folder: string;
  measurements: readonly { name: string; tags: ReadonlySet<string> }[];
  conditions: readonly string[];
  onFile(file: DumpedFile): void;
}

/** The manifest is written last: a folder without one is not whole. */
export async function dumpForTraining(options: TrainingOptions): Promise<TrainingManifest> {
  const { client, folder, conditions } = options;
  const files: DumpedFile[] = [];
  const measurements: TrainingManifest['measurements'] = [];
  for (const { name, tags } of options.measurements) {
    const source = { from: `"${name}"`, conditions };
    const extent = await readExtent(client, source);
    if (extent.rows === 0) continue;
    let columns: ExportColumn[] = [];
    const first = files.length;
    for (let dayUs = Math.floor(extent.firstUs / DAY_US) * DAY_US; dayUs <= extent.lastUs; dayUs += DAY_US) {
      const day = new Date(dayUs / 1000).toISOString().slice(0, 10);
      const ofDay = { ...source, conditions: [...conditions, `timestamp >= '${day}'`, `timestamp < dateadd('d', 1, '${day}')`] };
      for (const nodes of await readGroups(client, ofDay)) {
        const { columns: found, files: written } = await dumpNodes(options, name, day, ofDay, nodes);
        columns = found;
        files.push(...written);
      }
    }
    const rows = files.slice(first).reduce((sum, file) => sum + file.rows, 0);
    measurements.push({ name, columns: columns.map((column) => ({ ...column, tag: tags.has(column.name) })), rows });
  }
  const manifest: TrainingManifest = {
    format: 'parquet',
    createdAt: new Date().toISOString(),
    conditions,
    measurements,
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    files,
  };
  const target = await FileTarget.open(join(folder, 'manifest.json'));
  await target.write(`${JSON.stringify(manifest, null, 2)}\n`);
  await target.commit();
  return manifest;
}

/** The day's nodes, in groups that are read together. */
async function readGroups(client: FleetClient, { from, conditions }: PageSource): Promise<string[][]> {
  const groups: string[][] = [];
  let rows = Number.POSITIVE_INFINITY;
  const sql = `select node_id, count() from ${from} where ${conditions.join(' and ')} order by node_id`;
  for await (const { columns, frames } of readAtOnce(client, sql)) {
    for (const frame of frames) {
      const [ids = [], counts = []] = frameCells(columns, frame);
      for (const [i, id] of ids.entries()) {
        const count = Number(counts[i] ?? 0);
        if (rows + count > GROUP_ROWS || (groups.at(-1)?.length ?? 0) >= MAX_GROUP_NODES) {
          groups.push([]);
          rows = 0;
        }
        groups.at(-1)?.push(String(id ?? ''));
        rows += count;
      }
    }
  }
  return groups;
}

interface OpenFile {
  parquet: ParquetExport;
  target: FileTarget;
  path: string;
}

async function dumpNodes(
  { client, folder, onFile }: TrainingOptions,
  measurement: string,
  day: string,
  source: PageSource,
  nodes: readonly string[],
): Promise<{ columns: ExportColumn[]; files: DumpedFile[] }> {
  const open = new Map<string, OpenFile>();
  const ofNodes = { ...source, conditions: [...source.conditions, `node_id in (${nodes.map(quoted).join(', ')})`] };
  let columns: ExportColumn[] = [];
  try {
    for await (const page of readByTime(client, ofNodes, await readExtent(client, ofNodes))) {
      columns = page.columns.map(toExportColumn);
      const nodeColumn = columns.findIndex((column) => column.name === 'node_id');
      for (const frame of page.frames) {
        for (const [nodeId, cells] of byNode(frameCells(page.columns, frame), nodeColumn)) {
          let file = open.get(nodeId);
          if (file === undefined) {
            file = await openFile(folder, measurement, day, nodeId, columns);
            open.set(nodeId, file);
          }
          await file.parquet.add(cells);
        }
      }
    }
    const files: DumpedFile[] = [];
    for (const [nodeId, { parquet, target, path }] of open) {
      await parquet.end();
      await target.commit();
      const file = { path, measurement, day, nodeId, rows: parquet.rows, bytes: target.bytes, sha256: target.sha256() };
      files.push(file);
      onFile(file);
    }
    return { columns, files };
  } catch (error) {
    for (const { target } of open.values()) await target.abandon();
    throw error;
  }
}

async function openFile(
  folder: string,
  measurement: string,
  day: string,
  nodeId: string,
  columns: readonly ExportColumn[],
): Promise<OpenFile> {
  // Ids are letters, digits, dashes and underscores; whatever else a table may hold must not leave the folder.
  const path = join(`measurement=${measurement}`, `day=${day}`, `node=${encodeURIComponent(nodeId).replaceAll('.', '%2E')}.parquet`);
  const target = await FileTarget.open(join(folder, path));
  return { path, target, parquet: new ParquetExport(columns, (bytes) => target.write(bytes)) };
}

function byNode(cells: readonly (readonly ExportCell[])[], nodeColumn: number): Map<string, ExportCell[][]> {
  const nodes = new Map<string, ExportCell[][]>();
  for (const [row, node] of (cells[nodeColumn] ?? []).entries()) {
    const nodeId = String(node ?? '');
    let own = nodes.get(nodeId);
    if (own === undefined) {
      own = cells.map(() => []);
      nodes.set(nodeId, own);
    }
    for (const [i, column] of own.entries()) column.push(cells[i]?.[row] ?? null);
  }
  return nodes;
}
