// Reads what `smartctl --json` says of one drive (smartmontools 7, json_format_version 1), ATA, NVMe and SCSI alike.

/** Exit status, bits of smartctl(8). */
const OPEN_FAILED = 2;
const STANDBY_WORDS = /in (STANDBY|SLEEP)/i;

export interface SmartReport {
  model: string;
  serial: string;
  /** In the order of `SMART_FIELDS`; NaN where the drive does not say. */
  values: number[];
}

/** Why there are no values: asleep and without SMART are no faults. */
export type SmartOutcome =
  | { kind: 'report'; report: SmartReport }
  | { kind: 'unsupported' }
  | { kind: 'asleep' }
  | { kind: 'denied'; words: string }
  | { kind: 'failed'; words: string };

export const SMART_FIELDS = [
  'passed',
  'temperature_celsius',
  'power_on_hours',
  'power_cycles',
  'wear_percent',
  'spare_percent',
  'reallocated_sectors',
  'pending_sectors',
  'uncorrectable_errors',
  'crc_errors',
  'unsafe_shutdowns',
  'critical_warning',
  'failing_attributes',
  'written_bytes_total',
  'read_bytes_total',
] as const;

interface Attribute {
  id?: number;
  /** By smartmontools' database of drives, since ids of wear and of data written differ by maker. */
  name?: string;
  value?: number;
  when_failed?: string;
  raw?: { value?: number };
}

/** The part of the document that is read. */
interface Document {
  smartctl?: { exit_status?: number; messages?: { string?: string }[] };
  device?: { protocol?: string };
  model_name?: string;
  scsi_model_name?: string;
  serial_number?: string;
  logical_block_size?: number;
  smart_support?: { available?: boolean };
  smart_status?: { passed?: boolean };
  temperature?: { current?: number };
  power_on_time?: { hours?: number };
  power_cycle_count?: number;
  /** Since version 7.4. */
  endurance_used?: { current_percent?: number };
  scsi_grown_defect_list?: number;
  scsi_percentage_used_endurance_indicator?: number;
  scsi_error_counter_log?: Record<'read' | 'write' | 'verify', { total_uncorrected_errors?: number } | undefined>;
  ata_smart_attributes?: { table?: Attribute[] };
  nvme_smart_health_information_log?: Record<string, number | undefined>;
}

/** NVMe counts its data in thousands of blocks of 512 bytes (NVM Express base specification, SMART log). */
const NVME_UNIT_BYTES = 512_000;

export function parseSmart(text: string): SmartOutcome {
  const document = parseDocument(text);
  if (document === undefined) return { kind: 'failed', words: 'its answer is not JSON: version 7 of smartmontools or later is needed' };
  const words = (document.smartctl?.messages ?? []).map((message) => message.string ?? '').join('; ');
  if (STANDBY_WORDS.test(words)) return { kind: 'asleep' };
  if (/permission denied|operation not permitted/i.test(words)) return { kind: 'denied', words };
  if (document.smart_status?.passed === undefined && !hasFigures(document)) {
    const failedToOpen = ((document.smartctl?.exit_status ?? 0) & OPEN_FAILED) !== 0;
    return failedToOpen ? { kind: 'failed', words: words || 'it could not be opened' } : { kind: 'unsupported' };
  }
  const report = {
    model: document.model_name ?? document.scsi_model_name ?? '',
    serial: document.serial_number ?? '',
    values: toValues(document),
  };
  return { kind: 'report', report };
}

function parseDocument(text: string): Document | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function hasFigures(document: Document): boolean {
  return document.nvme_smart_health_information_log !== undefined || (document.ata_smart_attributes?.table?.length ?? 0) > 0;
}

function toValues(document: Document): number[] {
  const { smart_status: status, temperature, power_on_time: powerOn } = document;
  const passed = status?.passed === undefined ? Number.NaN : Number(status.passed);
  const common = [passed, temperature?.current, powerOn?.hours, document.power_cycle_count];
  const nvme = document.nvme_smart_health_information_log;
  const rest = nvme !== undefined ? fromNvme(nvme) : document.device?.protocol === 'SCSI' ? fromScsi(document) : fromAta(document);
  const values = [...common, ...rest];
  return SMART_FIELDS.map((_, at) => {
    const value = values[at];
    return typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN;
  });
}

type Values = (number | undefined)[];

function fromNvme(log: Record<string, number | undefined>): Values {
  const bytes = (units: number | undefined): number => (units ?? Number.NaN) * NVME_UNIT_BYTES;
  return [
    log['percentage_used'],
    log['available_spare'],
    undefined,
    undefined,
    log['media_errors'],
    undefined,
    log['unsafe_shutdowns'],
    log['critical_warning'],
    undefined,
    bytes(log['data_units_written']),
    bytes(log['data_units_read']),
  ];
}

function fromScsi(document: Document): Values {
  const log = document.scsi_error_counter_log;
  const uncorrected = [log?.read, log?.write, log?.verify].flatMap((one) => one?.total_uncorrected_errors ?? []);
  const errors = uncorrected.length === 0 ? undefined : uncorrected.reduce((sum, one) => sum + one, 0);
  const wear = document.endurance_used?.current_percent ?? document.scsi_percentage_used_endurance_indicator;
  return [wear, undefined, document.scsi_grown_defect_list, undefined, errors];
}

/** Their normalized value counts down from 100. */
const LIFE_LEFT =
  /^(SSD_Life_Left|Media_Wearout_Indicator|Percent_Lifetime_Remain|Wear_Leveling_Count|Remaining_Lifetime_Perc|Perc_Rated_Life_Remain)/;
const DATA_UNITS: readonly (readonly [RegExp, number])[] = [
  [/32MiB$/, 33_554_432],
  [/GiB$/, 1_073_741_824],
  [/MiB$/, 1_048_576],
];

function fromAta(document: Document): Values {
  const table = document.ata_smart_attributes?.table ?? [];
  const find = (id: number): Attribute | undefined => table.find((attribute) => attribute.id === id);
  // The upper bytes of some raw values hold other counts.
  const raw = (id: number): number | undefined => low32(find(id)?.raw?.value);
  const bytes = (attribute: Attribute | undefined): number => {
    const unit = DATA_UNITS.find(([pattern]) => pattern.test(attribute?.name ?? ''))?.[1] ?? document.logical_block_size ?? 512;
    return (attribute?.raw?.value ?? Number.NaN) * unit;
  };
  const left = table.find(({ name = '' }) => LIFE_LEFT.test(name))?.value;
  return [
    document.endurance_used?.current_percent ?? (left === undefined || left > 100 ? undefined : 100 - left),
    undefined,
    raw(5),
    raw(197),
    raw(187) ?? raw(198),
    raw(199),
    raw(174) ?? raw(192),
    undefined,
    table.filter(({ when_failed: when }) => when === 'now').length,
    bytes(find(241)),
    bytes(find(242)),
  ];
}

function low32(value: number | undefined): number | undefined {
  return value === undefined ? undefined : value % 2 ** 32;
}
