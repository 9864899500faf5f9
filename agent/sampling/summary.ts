// The dozen newest values that go beside each batch, from the frames of a flush.
import type { FrameColumns } from '../../core/common/frame.ts';
import type { Summary } from '../../proto/gen/messages.ts';
import { isPhysicalDiskName, isPhysicalInterfaceName } from '../host/physical-devices.ts';

type Frames = ReadonlyMap<string, FrameColumns>;

/** When each value of a summary was sampled last, and for how long it is kept when it is no more. */
export interface SummaryAges {
  readonly maxAgeUs: number;
  readonly seenUs: Map<string, number>;
}

/** The values of the newest rows; what was not sampled now stays as it was in `before`, for as long as `ages` says (default: for ever). */
export function toSummary(frames: readonly FrameColumns[], before?: Summary, ages?: SummaryAges): Summary {
  const byName: Frames = new Map(frames.map((frame) => [frame.measurement, frame]));
  const now: { [K in keyof Summary]?: Summary[K] } = {
    cpuPercent: newest(byName, 'cpu', 'busy', (cpu) => cpu === 'total'),
    memoryPercent: newest(byName, 'memory', 'used_percent'),
    swapPercent: newest(byName, 'swap', 'used_percent'),
    load1: newest(byName, 'load', 'load1'),
    diskReadBytesPerSecond: combined(byName, 'disk_io', 'read_bytes_per_second', sum, isPhysicalDiskName),
    diskWriteBytesPerSecond: combined(byName, 'disk_io', 'write_bytes_per_second', sum, isPhysicalDiskName),
    networkRxBytesPerSecond: combined(byName, 'network', 'rx_bytes_per_second', sum, isPhysicalInterfaceName),
    networkTxBytesPerSecond: combined(byName, 'network', 'tx_bytes_per_second', sum, isPhysicalInterfaceName),
    temperatureCelsius: combined(byName, 'temperature', 'celsius', Math.max),
    processCount: newest(byName, 'processes', 'total'),
    uptimeSeconds: newest(byName, 'uptime', 'uptime_seconds'),
    pressurePercent: combined(byName, 'pressure', 'some_avg10', Math.max),
    ...fullestDisk(byName.get('filesystem')),
  };
  const present = Object.fromEntries(Object.entries(now).filter(([, value]) => value !== undefined));
  const timeUs = newestTime(frames) || (before?.timeUs ?? 0);
  return { diskMount: '', ...keptOf(before, present, timeUs, ages), ...present, timeUs };
}

/** A sensor that is gone, or a file that cannot be read any more, tells nothing of now. */
function keptOf(before: Summary | undefined, present: object, nowUs: number, ages: SummaryAges | undefined): Partial<Summary> {
  if (ages === undefined) return before ?? {};
  const { seenUs, maxAgeUs } = ages;
  for (const key of Object.keys(present)) seenUs.set(key, nowUs);
  if (before === undefined) return {};
  const kept = Object.entries(before).filter(([key]) => nowUs - (seenUs.get(key) ?? nowUs) <= maxAgeUs);
  return Object.fromEntries(kept);
}

const sum = (a: number, b: number): number => a + b;

function newestTime(frames: readonly FrameColumns[]): number {
  return frames.reduce((newestUs, frame) => Math.max(newestUs, frame.timeUs.at(-1) ?? 0), 0);
}

/** Row by row, where the collector tells which of them carry the machine's own traffic: what lies on others would count twice. */
function physicalOf({ fields, values, timeUs: { length: rows } }: FrameColumns): ArrayLike<number> | undefined {
  const column = fields.indexOf('physical');
  return column < 0 ? undefined : values.slice(column * rows, (column + 1) * rows);
}

/** Calls with each row of the newest tick: its first tag, its value of the field and its place. */
function eachNewest(frame: FrameColumns, field: string, visit: (tag: string, value: number, row: number) => void): void {
  const rows = frame.timeUs.length;
  const column = frame.fields.indexOf(field) * rows;
  if (column < 0) return;
  const newestUs = frame.timeUs[rows - 1];
  for (let row = rows - 1; row >= 0 && frame.timeUs[row] === newestUs; row--) {
    const tag = frame.series[frame.seriesIndex[row]!]?.[0] ?? '';
    visit(tag, frame.values[column + row]!, row);
  }
}

function combined(
  frames: Frames,
  measurement: string,
  field: string,
  combine: (a: number, b: number) => number,
  wanted: (tag: string) => boolean = () => true,
): number | undefined {
  let result: number | undefined;
  const frame = frames.get(measurement);
  if (frame === undefined) return undefined;
  const physical = physicalOf(frame);
  eachNewest(frame, field, (tag, value, row) => {
    if (!Number.isNaN(value) && (physical === undefined ? wanted(tag) : physical[row] === 1))
      result = result === undefined ? value : combine(result, value);
  });
  return result;
}

function newest(frames: Frames, measurement: string, field: string, wanted?: (tag: string) => boolean): number | undefined {
  return combined(frames, measurement, field, (first) => first, wanted);
}

function fullestDisk(frame: FrameColumns | undefined): { diskPercent?: number; diskMount?: string } {
  let fullest: { diskPercent: number; diskMount: string } | undefined;
  if (frame === undefined) return {};
  eachNewest(frame, 'used_percent', (diskMount, diskPercent) => {
    if (fullest === undefined || diskPercent > fullest.diskPercent) fullest = { diskPercent, diskMount };
  });
  return fullest ?? {};
}
