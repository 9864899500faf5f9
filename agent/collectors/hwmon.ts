// The sensors of one kind in /sys/class/hwmon (Documentation/hwmon/sysfs-interface.rst), with a row each.
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import type { Collector, RowSink, Tick } from '../host/collector.ts';
import { HostFile, type HostRoots } from '../host/host-file.ts';
import { parseReading, plausible, type ReadingRange } from './plausible-reading.ts';
import { type ChannelKind, chipsMark, findChipSensors, type Sensor } from './sensor-chips.ts';
import { namesOfHost } from './sensor-names.ts';

const LOOK_AGAIN_EVERY_MS = 60_000;

export interface SensorKind extends ChannelKind {
  measurement: string;
  field: string;
  /** What the collector says is not there. */
  noun: string;
  /** How many of the file's units make one of the field's. */
  divisor: number;
  range: ReadingRange;
  /** Where to look when hwmon has none. */
  otherwise?(sys: string): Sensor[];
}

export function createSensorCollector(kind: SensorKind, roots: HostRoots): Collector {
  const classFolder = join(roots.sys, 'class/hwmon');
  const names = namesOfHost(roots, kind.measurement);
  const row = new Float64Array(1);
  let sensors: { tags: string[]; channel: OpenChannel }[] = [];
  let mark = '';
  let lookedMs = Number.NEGATIVE_INFINITY;

  const close = (): void => {
    for (const { channel } of sensors) channel.close();
    sensors = [];
    lookedMs = Number.NEGATIVE_INFINITY;
  };

  const look = (): void => {
    const chips = findChipSensors(roots.sys, kind);
    const found = chips.length > 0 ? chips : (kind.otherwise?.(roots.sys) ?? []);
    const given = names.assign(found);
    sensors = found.map((sensor, index) => ({ tags: [given[index]!], channel: new OpenChannel(sensor, kind) }));
  };

  return {
    measurement: kind.measurement,
    tags: ['sensor'],
    fields: [kind.field],
    // Behind some of these files is a slow bus.
    intervalMs: 10_000,
    liveIntervalMs: 1000,
    collect(rows: RowSink, tick: Tick): void {
      const markNow = chipsMark(classFolder);
      if (markNow !== mark || tick.monotonicMs - lookedMs >= LOOK_AGAIN_EVERY_MS) {
        close();
        look();
        mark = markNow;
        lookedMs = tick.monotonicMs;
      }
      if (sensors.length === 0) throw new MusterError('not_found', `${roots.sys}/class has no ${kind.noun}`);
      for (const { tags, channel } of sensors) {
        row[0] = channel.read();
        rows.add(tags, row);
      }
    },
    close,
  };
}

/** The files of one sensor, held open. */
class OpenChannel {
  readonly #kind: SensorKind;
  readonly #sensor: Sensor;
  readonly #input: HostFile;
  readonly #fault: HostFile | undefined;
  readonly #runtimeStatus: readonly HostFile[];
  #limit: number | undefined;

  constructor(sensor: Sensor, kind: SensorKind) {
    this.#sensor = sensor;
    this.#kind = kind;
    this.#input = new HostFile(sensor.input);
    this.#fault = sensor.fault === undefined ? undefined : new HostFile(sensor.fault);
    this.#runtimeStatus = sensor.runtimeStatus.map((path) => new HostFile(path));
  }

  /** NaN while its device sleeps, while the chip says that it is not to be trusted, and where it cannot be true. */
  read(): number {
    if (this.#runtimeStatus.some(isSuspended)) return Number.NaN;
    if (this.#fault !== undefined && readNumber(this.#fault) > 0) return Number.NaN;
    const value = readNumber(this.#input) / this.#kind.divisor;
    // Not before the first reading: of a device that sleeps a limit may wake it as well.
    this.#limit ??= this.#readLimit();
    return plausible(value, this.#kind.range, this.#limit);
  }

  #readLimit(): number {
    for (const path of this.#sensor.limits) {
      const file = new HostFile(path);
      const limit = readNumber(file) / this.#kind.divisor;
      file.close();
      if (limit > 0) return limit;
    }
    return Number.NaN;
  }

  close(): void {
    for (const file of [this.#input, this.#fault, ...this.#runtimeStatus]) file?.close();
  }
}

// A sensor that sleeps answers EIO or ENODATA; the others are read on.
function readNumber(file: HostFile): number {
  try {
    return parseReading(file.read());
  } catch {
    return Number.NaN;
  }
}

function isSuspended(file: HostFile): boolean {
  try {
    return /^suspend/.test(file.read().toString('latin1'));
  } catch {
    return false;
  }
}
