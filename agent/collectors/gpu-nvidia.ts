// NVIDIA GPUs by nvidia-smi. One that sleeps is not woken.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import type { RunTool } from '../host/host-tool.ts';
import type { GpuRow } from './gpu-row.ts';
import { list, readText } from './sys-files.ts';

const LIMIT_MS = 10_000;
const MAX_COMPLAINT = 300;
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
    const values = [busy, memoryBusy, total * MEBIBYTE, used * MEBIBYTE, total > 0 ? (used / total) * 100 : Number.NaN, ...rest];
    return { gpu: cells[0]!, name: cells.slice(1, cells.length - QUERY.length + 2).join(', '), values };
  });
}

/** Is the driver loaded, or, where it lives in the host of this virtual machine (WSL), the tool there? */
export function hasNvidia(sys: string, tool: string | undefined): boolean {
  return isDriverLoaded(sys) || tool !== undefined;
}

function isDriverLoaded(sys: string): boolean {
  return existsSync(join(sys, 'module/nvidia'));
}

/** What the tool said that is no GPU's line: one of several may be lost while the others go on. */
function complaintOf(stdout: string): string {
  const words = stdout.split('\n').filter((line) => line.trim() !== '' && parseNvidiaSmi(line).length === 0);
  return words.join('; ').trim().slice(0, MAX_COMPLAINT);
}

export interface NvidiaAnswer {
  /** Empty where all sleep. */
  gpus: GpuRow[];
  /** Why some are not among them. */
  problem: string | undefined;
}

/** Rejects with what to do where no GPU can be told of, with `not_found` where there is none. */
export async function readNvidia(sys: string, run: RunTool, tool: string | undefined, maxAgeMs: number): Promise<NvidiaAnswer> {
  if (tool === undefined) {
    throw new MusterError('missing_runtime', 'the NVIDIA driver is loaded, but nvidia-smi is missing: install the utilities of the driver');
  }
  const { asleep, awake } = devicesOf(join(sys, 'bus/pci/drivers/nvidia'));
  if (asleep.length > 0 && awake.length === 0) return { gpus: [], problem: undefined };
  const question = [`--query-gpu=${QUERY.join(',')}`, '--format=csv,noheader,nounits'];
  const of = asleep.length > 0 ? [`--id=${awake.join(',')}`] : [];
  const { stdout, exitCode } = await run(tool, [...question, ...of], { timeoutMs: LIMIT_MS, maxAgeMs });
  const gpus = parseNvidiaSmi(stdout);
  const complaint = complaintOf(stdout);
  if (exitCode === 0 && (complaint === '' || gpus.length === 0)) return { gpus, problem: undefined };
  const sentence = `nvidia-smi ended with code ${exitCode}${complaint === '' ? '' : `: ${complaint}`}`;
  if (gpus.length > 0) return { gpus, problem: sentence };
  if (!isDriverLoaded(sys)) throw new MusterError('not_found', `there is no GPU of NVIDIA with its driver: ${sentence}`);
  throw new MusterError('unavailable', sentence);
}

// Asking would wake a laptop's second GPU every time (Documentation/power/pci.rst).
function devicesOf(driver: string): { asleep: string[]; awake: string[] } {
  const devices = list(driver).filter((name) => /^[0-9a-f]{4,}:/.test(name));
  const isAsleep = (device: string): boolean => readText(join(driver, device, 'power/runtime_status')).startsWith('suspend');
  return { asleep: devices.filter(isAsleep), awake: devices.filter((device) => !isAsleep(device)) };
}
