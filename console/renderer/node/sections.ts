// The sections of a node's page: which charts and tables each shows, and what a node must have measured for it.
import { type Asking, wishKey } from './series/points.ts';
import { type ChartSpec, PHYSICAL } from './specs/chart-spec.ts';
import { CPU, CPU_BUSY, CPU_CHARTS, LOAD } from './specs/cpu.ts';
import { DISK_CHARTS, DISK_IO, FULLEST } from './specs/disks.ts';
import { MEMORY, MEMORY_CHARTS, SWAP } from './specs/memory.ts';
import { NETWORK, NETWORK_CHARTS } from './specs/network.ts';
import { CONTAINER_CHARTS, PRESSURE, PROBE_CHARTS, PROCESS_CHARTS, SYSTEM_CHARTS, UNIT_CHARTS } from './specs/programs.ts';
import { HOTTEST, SENSOR_CHARTS } from './specs/sensors.ts';
import {
  CONTAINERS,
  CORES,
  DISK_HEALTH,
  DISKS,
  FILESYSTEMS,
  INTERFACES,
  PROBES,
  SENSOR_TABLES,
  TOP_BY_CPU,
  TOP_BY_MEMORY,
  UNITS,
} from './tables/node-tables.ts';
import type { TableSpec } from './tables/table-spec.ts';

export interface Section {
  /** In the address; empty for the overview. */
  key: string;
  title: string;
  charts: readonly ChartSpec[];
  tables: readonly TableSpec[];
  /** The tables are what the section is for: they stand over the charts. */
  tablesFirst?: boolean;
  /** Shown where the node has rows of one of these; always where there is none named. */
  measurements: readonly string[];
}

/** What the tiles over all sections draw. */
export const TILE_CHARTS: readonly ChartSpec[] = [CPU_BUSY, MEMORY, LOAD, FULLEST, DISK_IO, NETWORK, PRESSURE, HOTTEST];

const OVERVIEW: Section = {
  key: '',
  title: 'Overview',
  charts: [CPU, MEMORY, DISK_IO, NETWORK, LOAD, PRESSURE, SWAP, HOTTEST],
  tables: [TOP_BY_CPU, FILESYSTEMS],
  measurements: [],
};

export const SECTIONS: readonly Section[] = [
  OVERVIEW,
  { key: 'cpu', title: 'CPU', charts: CPU_CHARTS, tables: [CORES], measurements: ['cpu'] },
  { key: 'memory', title: 'Memory', charts: MEMORY_CHARTS, tables: [TOP_BY_MEMORY], measurements: ['memory'] },
  { key: 'disks', title: 'Disks', charts: DISK_CHARTS, tables: [FILESYSTEMS, DISKS, DISK_HEALTH], measurements: ['disk_io', 'filesystem'] },
  { key: 'network', title: 'Network', charts: NETWORK_CHARTS, tables: [INTERFACES], measurements: ['network'] },
  {
    key: 'sensors',
    title: 'Sensors',
    charts: SENSOR_CHARTS,
    tables: SENSOR_TABLES,
    measurements: ['temperature', 'fan', 'power', 'voltage', 'battery', 'gpu'],
  },
  {
    key: 'processes',
    title: 'Processes',
    charts: PROCESS_CHARTS,
    tables: [TOP_BY_CPU],
    tablesFirst: true,
    measurements: ['processes', 'process'],
  },
  { key: 'units', title: 'Units', charts: UNIT_CHARTS, tables: [UNITS], tablesFirst: true, measurements: ['systemd', 'systemd_unit'] },
  {
    key: 'containers',
    title: 'Containers',
    charts: CONTAINER_CHARTS,
    tables: [CONTAINERS],
    tablesFirst: true,
    measurements: ['containers'],
  },
  { key: 'probes', title: 'Probes', charts: PROBE_CHARTS, tables: [PROBES], tablesFirst: true, measurements: ['probe'] },
  { key: 'inventory', title: 'Inventory', charts: SYSTEM_CHARTS, tables: [], tablesFirst: true, measurements: [] },
  { key: 'events', title: 'Events', charts: [], tables: [], measurements: [] },
];

/** The section of an address; the overview where it names none. */
export function sectionOf(key: string | undefined): Section {
  return SECTIONS.find((section) => section.key === key) ?? OVERVIEW;
}

/** All series that the tiles and the section draw. */
export function askingOf({ charts, tables }: Section): Asking[] {
  const specs = [...new Set([...TILE_CHARTS, ...charts])];
  const ofCharts = specs.map(({ measurement, tags, lines, each, physical }): Asking => {
    const fields =
      each === undefined ? lines.map(({ field }) => field) : [each.field, ...(each.mirrored === undefined ? [] : [each.mirrored])];
    return { measurement, ...(tags === undefined ? {} : { tags }), fields: physical ? [...fields, PHYSICAL] : fields };
  });
  const drawn = new Set(ofCharts.map(({ measurement, tags }) => wishKey(measurement, tags)));
  const ofTables = tables.flatMap(({ measurement, columns }): Asking[] => {
    const fields = columns.filter(({ spark }) => spark).map(({ name }) => name);
    return fields.length === 0 ? [] : [{ measurement, fields }];
  });
  // A line in a table is worth no reading of its own where nothing else of the measurement is drawn.
  return [...ofCharts, ...ofTables.filter(({ measurement }) => drawn.has(wishKey(measurement)))];
}
