// AMD GPUs from /sys/class/drm (Documentation/gpu/amdgpu/thermal.rst). One that sleeps is not woken.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { GpuRow } from './gpu-row.ts';
import { CELSIUS, plausible, WATTS } from './plausible-reading.ts';
import { deviceIdentity, deviceWord } from './sensor-chips.ts';
import type { SensorNames } from './sensor-names.ts';
import { list, readText, realPath } from './sys-files.ts';

const AMD = '0x1002';

/** The folders of AMD's cards. */
export function findAmd(sys: string): string[] {
  const drm = join(sys, 'class/drm');
  return list(drm)
    .filter((name) => /^card\d+$/.test(name))
    .map((name) => join(drm, name))
    .filter((card) => readText(join(card, 'device/vendor')) === AMD && existsSync(join(card, 'device/gpu_busy_percent')));
}

/** What the cards are called: by their number, and that stays with the device when the numbers change. */
export function nameAmd(cards: readonly string[], names: SensorNames): string[] {
  const devices = cards.map((card) => {
    const device = realPath(join(card, 'device'));
    return { name: card.slice(card.lastIndexOf('/') + 1), identity: deviceIdentity(device) || card, device: deviceWord(device) };
  });
  return names.assign(devices);
}

/** Undefined where it sleeps. */
export function readAmd(card: string, gpu: string): GpuRow | undefined {
  const device = join(card, 'device');
  if (readText(join(device, 'power/runtime_status')).startsWith('suspend')) return undefined;
  const hwmon = join(device, 'hwmon', list(join(device, 'hwmon'))[0] ?? 'none');
  const number = (folder: string, ...files: string[]): number => {
    for (const file of files) {
      const word = readText(join(folder, file));
      if (/^-?\d/.test(word)) return Number.parseFloat(word);
    }
    return Number.NaN;
  };
  const total = number(device, 'mem_info_vram_total');
  const used = number(device, 'mem_info_vram_used');
  return {
    gpu,
    name: readText(join(device, 'product_name')) || `AMD ${readText(join(device, 'device'))}`.trim(),
    values: [
      number(device, 'gpu_busy_percent'),
      number(device, 'mem_busy_percent'),
      total,
      used,
      total > 0 ? (used / total) * 100 : Number.NaN,
      plausible(number(hwmon, 'temp1_input') / 1000, CELSIUS, number(hwmon, 'temp1_crit') / 1000),
      plausible(number(hwmon, 'power1_average', 'power1_input') / 1e6, WATTS, number(hwmon, 'power1_cap_max') / 1e6),
      number(hwmon, 'power1_cap') / 1e6,
      (number(hwmon, 'pwm1') / 255) * 100,
      number(hwmon, 'freq1_input') / 1e6,
      number(hwmon, 'freq2_input') / 1e6,
      Number.NaN,
    ],
  };
}
