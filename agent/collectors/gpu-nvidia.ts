// NVIDIA GPUs by nvidia-smi. One that sleeps is not woken.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import { readWord } from './gpu-amd.ts';
import type { GpuRow } from './gpu-row.ts';
import type { RunTool } from './host-tool.ts';

const LIMIT_MS = 10_000;
const MEBIBYTE = 1_048_576;
/** An unknown one fails the whole question: these are there since driver 340. */
const QUERY = [
  'index',
  'name',
  'utilization.gpu',
  'utilization.memory',
  'memory.total',
  'memory.used',
  'temperature.gpu',
  'power.draw',
  'power.limit',
  'fan.speed',
  'clocks.sm',
  'clocks.mem',
  'ecc.errors.uncorrected.volatile.total',
];

/** The lines of `nvidia-smi --format=csv,noheader,nounits`; what a GPU does not have stands as `[N/A]` or `[Not Supported]`. */
export function parseNvidiaSmi(text: string): GpuRow[] {
  return text.split('\n').flatMap((line) => {
    const cells = line.split(',').map((cell) => cell.trim());
    if (cells.length < QUERY.length || !/^\d+$/.test(cells[0] as string)) return [];
    // A comma can only be in the name.
    const numbers = cells.slice(cells.length - QUERY.length + 2).map((cell) => (/^-?\d/.test(cell) ? Number.parseFloat(cell) : Number.NaN));
    const [busy, memoryBusy, total, used, ...rest] = numbers as [number, number, number, number, ...number[]];
    const values = [busy, memoryBusy, total * MEBIBYTE, used * MEBIBYTE, (used / total) * 100, ...rest];
    return { gpu: cells[0] as string, name: cells.slice(1, cells.length - QUERY.length + 2).join(', '), values };
  });
}

/** Is the driver loaded, or, where it lives in the host of this virtual machine (WSL), the tool there? */
export function hasNvidia(sys: string, tool: string | undefined): boolean {
  return existsSync(join(sys, 'module/nvidia')) || tool !== undefined;
}

/** Empty where all sleep. Rejects with what to do. */
export async function readNvidia(sys: string, run: RunTool, tool: string | undefined, maxAgeMs: number): Promise<GpuRow[]> {
  if (tool === undefined) {
    throw new MusterError('missing_runtime', 'the NVIDIA driver is loaded, but nvidia-smi is missing: install the utilities of the driver');
  }
  if (areAsleep(join(sys, 'bus/pci/drivers/nvidia'))) return [];
  const question = [`--query-gpu=${QUERY.join(',')}`, '--format=csv,noheader,nounits'];
  const { stdout, exitCode } = await run(tool, question, { timeoutMs: LIMIT_MS, maxAgeMs });
  if (exitCode === 0) return parseNvidiaSmi(stdout);
  const words = stdout.trim().split('\n')[0] ?? '';
  throw new MusterError('unavailable', `nvidia-smi ended with code ${exitCode}${words === '' ? '' : `: ${words}`}`);
}

// Asking would wake a laptop's second GPU every time (Documentation/power/pci.rst).
function areAsleep(driver: string): boolean {
  let devices: string[];
  try {
    devices = readdirSync(driver).filter((name) => /^[0-9a-f]{4}:/.test(name));
  } catch {
    return false;
  }
  return devices.length > 0 && devices.every((device) => readWord(join(driver, device, 'power/runtime_status')) === 'suspended');
}
