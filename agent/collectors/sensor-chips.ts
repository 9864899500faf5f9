// Finds the sensors of the chips in /sys/class/hwmon, each with the device that it belongs to.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedDevice } from './sensor-names.ts';
import { list, readLink, readText, realPath } from './sys-files.ts';

/** Where one sensor is read. */
export interface Sensor extends NamedDevice {
  input: string;
  /** Says 1 while the reading is not to be trusted. */
  fault: string | undefined;
  /** Files with the most that its chip bears, in the unit of the reading; the first with a value counts. */
  limits: readonly string[];
  /** Of the device and those it hangs on: one that is suspended would be woken by a reading (Documentation/power/runtime_pm.rst). */
  runtimeStatus: readonly string[];
}

export interface ChannelKind {
  /** What a channel's files begin with: temp, fan, in, power. */
  prefix: string;
  /** Behind the underscore; where a channel has several, the first is taken. */
  inputs: readonly string[];
  /** Behind the underscore: the most that the chip bears, the highest first. */
  limits: readonly string[];
}

const PCI_ADDRESS = /^[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/;
/** Numbered in the order of their coming. */
const NUMBERED = /^(?:nvme|hwmon|thermal_zone|card|phy|host|ata)\d+$/;

/** Changes when a chip comes, leaves, or is another one under the same number. */
export function chipsMark(folder: string): string {
  return list(folder)
    .map((chip) => `${chip} ${readLink(join(folder, chip))} ${readLink(join(folder, chip, 'device'))}`)
    .join('\n');
}

export function findChipSensors(sys: string, kind: ChannelKind): Sensor[] {
  const classFolder = join(sys, 'class/hwmon');
  return list(classFolder).flatMap((chip) => {
    const folder = join(classFolder, chip);
    const device = realPath(join(folder, 'device'));
    const chipName = readText(join(folder, 'name')) || readText(join(folder, 'device/name')) || lastPart(device) || chip;
    const shared = {
      device: deviceWord(device),
      runtimeStatus: device === '' ? [] : runtimeStatusFiles(device, realPath(sys)),
    };
    return findChannels(folder, kind).map(({ within, channel, entries }) => {
      const path = (file: string): string => join(within, `${channel}_${file}`);
      const optional = (file: string): string | undefined => (entries.has(`${channel}_${file}`) ? path(file) : undefined);
      return {
        ...shared,
        name: `${chipName} ${readText(path('label')) || channel}`,
        identity: `${deviceIdentity(device) || realPath(folder)} ${chipName} ${channel}`,
        input: path(kind.inputs.find((input) => entries.has(`${channel}_${input}`)) as string),
        fault: optional('fault'),
        limits: kind.limits.flatMap((file) => optional(file) ?? []),
      };
    });
  });
}

interface Channel {
  within: string;
  channel: string;
  entries: ReadonlySet<string>;
}

/** Old drivers keep their files in the folder of the device (Documentation/hwmon/hwmon-kernel-api.rst, hwmon_device_register). */
function findChannels(folder: string, { prefix, inputs }: ChannelKind): Channel[] {
  const pattern = new RegExp(`^(${prefix}\\d+)_(?:${inputs.join('|')})$`);
  const found = new Map<string, Channel>();
  for (const within of [folder, join(folder, 'device')]) {
    const names = list(within);
    const entries = new Set(names);
    for (const name of names) {
      const channel = pattern.exec(name)?.[1];
      if (channel !== undefined && !found.has(channel)) found.set(channel, { within, channel, entries });
    }
  }
  return [...found.values()];
}

/** A serial number, else an address that does not depend on what else is there. */
export function deviceWord(device: string): string {
  if (device === '') return '';
  const serial = serialOf(device);
  if (serial !== '') return serial;
  const own = lastPart(device);
  if (!NUMBERED.test(own)) return own;
  return device.split('/').findLast((part) => PCI_ADDRESS.test(part)) ?? '';
}

/** The same for as long as the device is there, whatever numbers it gets; empty without one. */
export function deviceIdentity(device: string): string {
  if (device === '') return '';
  const place = device.split('/').map((part) => (NUMBERED.test(part) ? part.replace(/\d+$/, '') : part));
  return `${place.join('/')} ${serialOf(device)}`;
}

// NVMe has a file of its own; of a SCSI or SATA drive it stands behind four bytes in a page of its data (SPC, unit serial number).
function serialOf(device: string): string {
  const text = readText(join(device, 'serial')) || readText(join(device, 'vpd_pg80')).slice(4) || readText(join(device, 'wwid'));
  return text
    .replace(/[^\x21-\x7e]+/g, ' ')
    .trim()
    .slice(0, 64);
}

export function runtimeStatusFiles(device: string, sys: string): string[] {
  const files: string[] = [];
  for (let at = device; at.startsWith(`${sys}/devices/`); at = at.slice(0, at.lastIndexOf('/'))) {
    const file = join(at, 'power/runtime_status');
    if (existsSync(file)) files.push(file);
  }
  return files;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
