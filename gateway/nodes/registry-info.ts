// What a machine says of itself, made fit to keep: it is data of a stranger, bounded and without control characters, never an identifier.
import { cleanText } from '../../core/common/clean-text.ts';
import { labelProblem } from '../../core/common/node-labels.ts';
import type { RegistryInfo } from '../../core/common/registry-entry.ts';
import type { NodeInfo } from '../../proto/gen/messages.ts';

const MAX_ADDRESSES = 64;
const MAX_LABELS = 64;
const MAX_COMMANDS = 64;
/** Where a machine is on the map: what is no number of degrees is as good as nothing. */
const PLACE = new Set(['latitude', 'longitude']);
/** `assigned` are the labels of the join token: they stand over what the machine says. */
export function toRegistryInfo(node: NodeInfo | null | undefined, assigned: Readonly<Record<string, string>>): RegistryInfo {
  return {
    name: cleanText(node?.name ?? ''),
    platform: cleanText(node?.platform ?? '', 32),
    os: cleanText(node?.os ?? ''),
    kernel: cleanText(node?.kernel ?? ''),
    arch: cleanText(node?.arch ?? '', 32),
    cpuModel: cleanText(node?.cpuModel ?? ''),
    cpuCores: node?.cpuCores ?? 0,
    memoryBytes: node?.memoryBytes ?? 0,
    virtualization: cleanText(node?.virtualization ?? '', 64),
    model: cleanText(node?.model ?? ''),
    addresses: (node?.addresses ?? []).slice(0, MAX_ADDRESSES).map((address) => cleanText(address, 64)),
    agentVersion: cleanText(node?.agentVersion ?? '', 64),
    labels: { ...cleanLabels(node?.labels ?? {}), ...cleanLabels(assigned) },
    bootUs: Number.isSafeInteger(node?.bootUs) ? (node?.bootUs ?? 0) : 0,
    simulated: node?.simulated ?? false,
    commands: (node?.commands ?? []).slice(0, MAX_COMMANDS).map((name) => cleanText(name, 64)),
  };
}

function cleanLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(labels)
    .slice(0, MAX_LABELS)
    .map(([key, value]) => [cleanText(key, 64), cleanText(value)] as const)
    .filter(([key, value]) => key !== '' && !(PLACE.has(key) && labelProblem(key, value) !== undefined))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}
