// AMD GPUs from /sys/class/drm (Documentation/gpu/amdgpu/thermal.rst). One that sleeps is not woken.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GpuRow } from './gpu-row.ts';

const AMD = '0x1002';

/** The folders of AMD's cards. */
export function findAmd(sys: string): string[] {
  const drm = join(sys, 'class/drm');
  return list(drm)
    .filter((name) => /^card\d+$/.test(name))
    .map((name) => join(drm, name))
    .filter((card) => readWord(join(card, 'device/vendor')) === AMD && readWord(join(card, 'device/gpu_busy_percent')) !== undefined);
}

/** Undefined where it sleeps. */
export function readAmd(card: string): GpuRow | undefined {
  const device = join(card, 'device');
  if (readWord(join(device, 'power/runtime_status')) === 'suspended') return undefined;
  const hwmon = join(device, 'hwmon', list(join(device, 'hwmon'))[0] ?? 'none');
  const number = (folder: string, ...files: string[]): number => {
    for (const file of files) {
      const word = readWord(join(folder, file));
      if (word !== undefined && /^-?\d/.test(word)) return Number.parseFloat(word);
    }
    return Number.NaN;
  };
  const total = number(device, 'mem_info_vram_total');
  const used = number(device, 'mem_info_vram_used');
  return {
    gpu: card.slice(card.lastIndexOf('/') + 1),
    name: readWord(join(device, 'product_name')) || `AMD ${readWord(join(device, 'device')) ?? ''}`.trim(),
    values: [
      number(device, 'gpu_busy_percent'),
      number(device, 'mem_busy_percent'),
      total,
      used,
      (used / total) * 100,
      number(hwmon, 'temp1_input') / 1000,
      number(hwmon, 'power1_average', 'power1_input') / 1e6,
      number(hwmon, 'power1_cap') / 1e6,
      (number(hwmon, 'pwm1') / 255) * 100,
      number(hwmon, 'freq1_input') / 1e6,
      number(hwmon, 'freq2_input') / 1e6,
      Number.NaN,
    ],
  };
}

/** The first line of a small file; undefined where it cannot be read. */
export function readWord(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
