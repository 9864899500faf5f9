// What the kernel itself calls the processor and the board, where no firmware of a PC tells: /proc/cpuinfo has no "model name" on arm64.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Arm's own cores by "CPU part" (Arm, Main ID Register); others' by their maker alone. */
const ARM_PARTS: Readonly<Record<string, string>> = {
  ...{ '0xd03': 'Cortex-A53', '0xd04': 'Cortex-A35', '0xd05': 'Cortex-A55', '0xd07': 'Cortex-A57', '0xd08': 'Cortex-A72' },
  ...{ '0xd09': 'Cortex-A73', '0xd0a': 'Cortex-A75', '0xd0b': 'Cortex-A76', '0xd0c': 'Neoverse-N1', '0xd0d': 'Cortex-A77' },
  ...{ '0xd40': 'Neoverse-V1', '0xd41': 'Cortex-A78', '0xd44': 'Cortex-X1', '0xd46': 'Cortex-A510', '0xd47': 'Cortex-A710' },
  ...{ '0xd49': 'Neoverse-N2', '0xd4d': 'Cortex-A715', '0xd4f': 'Neoverse-V2', '0xd80': 'Cortex-A520', '0xd8e': 'Neoverse-N3' },
};
const IMPLEMENTERS: Readonly<Record<string, string>> = {
  ...{ '0x41': 'ARM', '0x42': 'Broadcom', '0x43': 'Cavium', '0x46': 'Fujitsu', '0x48': 'HiSilicon', '0x4e': 'NVIDIA' },
  ...{ '0x50': 'APM', '0x51': 'Qualcomm', '0x53': 'Samsung', '0x61': 'Apple', '0x6d': 'Microsoft', '0xc0': 'Ampere' },
};

/** Empty where nothing tells. */
export function parseCpuModel(cpuinfo: string): string {
  const values = (key: string): string[] =>
    [...cpuinfo.matchAll(new RegExp(`^${key}\\s*:\\s*(.+)$`, 'gim'))].map(([, value]) => value?.trim() ?? '');
  const named = values('model name')[0] ?? values('cpu model')[0] ?? values('uarch')[0];
  if (named !== undefined) return named;
  const implementers = values('CPU implementer');
  // Of a machine with two kinds of cores both are named.
  const names = values('CPU part').map((part, at) => {
    const implementer = implementers[at] ?? '';
    const maker = IMPLEMENTERS[implementer] ?? '';
    return [maker, implementer === '0x41' ? (ARM_PARTS[part] ?? part) : part].filter(Boolean).join(' ');
  });
  return [...new Set(names)].join(' and ');
}

/** What the device tree says that this board is; empty where there is none. */
export function readBoardModel(proc = '/proc'): string {
  return readOr(join(proc, 'device-tree/model')).replaceAll('\0', '').trim();
}

export function readCpuModel(proc = '/proc'): string {
  return parseCpuModel(readOr(join(proc, 'cpuinfo')));
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
