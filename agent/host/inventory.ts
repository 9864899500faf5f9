// What the machine is. systeminformation is asked in a short-lived child of the same program: loaded here it would stay in memory for ever.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, cpus, networkInterfaces, platform, release, totalmem, type } from 'node:os';
import type { NodeInfo } from '../../proto/gen/messages.ts';
import { readBoardModel, readCpuModel } from './machine-names.ts';
import { ownProgram } from './own-program.ts';

const CHILD_LIMIT_MS = 20_000;
export const INVENTORY_FLAG = '--inventory';

/** What only systeminformation knows. */
export interface Inventory {
  os: string;
  cpuModel: string;
  virtualization: string;
  model: string;
}

/** What Node itself tells of the machine, at once. */
export function readNodeInfo(name: string, labels: Record<string, string>, agentVersion: string, bootUs: number): NodeInfo {
  const addresses = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).filter((one) => !one.internal).map((one) => one.address),
  );
  return {
    name: toDisplayName(name),
    platform: platform(),
    os: readOsName(),
    kernel: release(),
    arch: arch(),
    cpuModel: readCpuModel() || (cpus()[0]?.model ?? ''),
    cpuCores: cpus().length,
    memoryBytes: totalmem(),
    virtualization: '',
    model: readBoardModel(),
    addresses: addresses.slice(0, 32),
    agentVersion,
    labels,
    bootUs,
    simulated: false,
    commands: [],
  };
}

const MAX_NAME_CHARACTERS = 255;

/** A host's name is only data: without control and direction characters, at most 255 characters. */
export function toDisplayName(name: string): string {
  const kept: string[] = [];
  for (const character of name) if (!isHidden(character.codePointAt(0) as number)) kept.push(character);
  return kept.slice(0, MAX_NAME_CHARACTERS).join('').trim() || 'unnamed';
}

/** By ranges, not by the classes of a regular expression: those bring in Unicode tables of some megabytes. */
function isHidden(code: number): boolean {
  const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0xad || code === 0xfeff;
  const isDirection = (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f);
  const isUnpaired = code >= 0xd800 && code <= 0xdfff;
  return isControl || isDirection || isUnpaired || code === 0x061c || (code >= 0xe0000 && code <= 0xe007f);
}

function readOsName(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? type();
  } catch {
    return type();
  }
}

/** Runs this program as `--inventory` and reads its answer. Rejects where that fails. */
export function askInventory(): Promise<Inventory> {
  return new Promise((resolve, reject) => {
    const { command, args } = ownProgram();
    execFile(command, [...args, INVENTORY_FLAG], { timeout: CHILD_LIMIT_MS, env: { PATH: process.env['PATH'] } }, (error, stdout) => {
      if (error !== null) return reject(error);
      try {
        resolve(JSON.parse(stdout) as Inventory);
      } catch (parseError) {
        reject(parseError);
      }
    });
  });
}

/** The child's side. */
export async function printInventory(): Promise<number> {
  process.stdout.write(JSON.stringify(await takeInventory()));
  return 0;
}

async function takeInventory(): Promise<Inventory> {
  const { cpu, osInfo, system } = await import('systeminformation');
  const [machine, os, processor] = await Promise.all([system(), osInfo(), cpu()]);
  return {
    os: [os.distro, os.release, os.codename && `(${os.codename})`].filter(Boolean).join(' '),
    cpuModel: processor.brand === '' ? readCpuModel() : [processor.manufacturer, processor.brand].filter(Boolean).join(' '),
    virtualization: machine.virtual ? (machine.virtualHost ?? 'virtual').toLowerCase() : '',
    model: [machine.manufacturer, machine.model].filter(Boolean).join(' ') || readBoardModel(),
  };
}
