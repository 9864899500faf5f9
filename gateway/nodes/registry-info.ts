// What a machine says of itself, made fit to keep: it is data of a stranger, bounded and without control characters, never an identifier.
import { labelProblem } from '../../core/common/node-labels.ts';
import type { RegistryInfo } from '../../core/common/registry-entry.ts';
import type { NodeInfo } from '../../proto/gen/messages.ts';

const MAX_TEXT = 255;
const MAX_ADDRESSES = 64;
const MAX_LABELS = 64;
const MAX_COMMANDS = 64;
/** Where a machine is on the map: what is no number of degrees is as good as nothing. */
const PLACE = new Set(['latitude', 'longitude']);
/** C0 and C1 controls, line separators, and the marks that reorder text (bidi) or hide in it (zero width). */
const UNSEEN = /[\p{Cc}\p{Cs}\u2028\u2029\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu;

/** Composed (NFC), without unseen characters, cut to a length. Quotes and markup stay: whoever shows it shows it as text. */
export function cleanText(text: string, max = MAX_TEXT): string {
  const clean = text
    .slice(0, max * 4)

    .normalize('NFC')
    .replace(UNSEEN, '')
    .trim();
  return [...clean].slice(0, max).join('');
}

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
