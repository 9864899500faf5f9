// What a node is: a machine, or a source that rows came from. Nobody is called because a file or a simulation says no more.
import type { RegistryEntry, SourceKind } from './registry-entry.ts';

export type NodeKindWord = 'machine' | 'simulation' | SourceKind;

/** The node that `muster smoke` speaks as. */
export const SMOKE_NODE = 'smoke-test';
/** An operator's word about it: `true` for a machine that pushes by itself. */
export const MACHINE_LABEL = 'machine';

export function kindOf(entry: Pick<RegistryEntry, 'nodeId' | 'info' | 'source' | 'identity' | 'operatorLabels'>): NodeKindWord {
  if (entry.operatorLabels?.[MACHINE_LABEL] === 'true') return 'machine';
  if (entry.info.simulated) return 'simulation';
  if (entry.identity !== undefined || entry.info.agentVersion !== '') return 'machine';
  // An entry of a time when the source was not kept was pushed or imported: it is no machine either way.
  return entry.nodeId === SMOKE_NODE ? 'smoke' : (entry.source ?? 'push');
}

/**
 * `NODE_KIND_IMPORT` → `import`. What a gateway of an earlier version does not say counts as a machine, and so does a kind of a later one, which
 * arrives as its number.
 */
export function kindWord(kind: string | number | undefined): NodeKindWord {
  const word = String(kind ?? '')
    .replace('NODE_KIND_', '')
    .toLowerCase();
  return Object.hasOwn(KIND_WORDS, word) ? (word as NodeKindWord) : 'machine';
}

/** Kinds in words that fit behind a number: `3 pushed`. */
export const KIND_WORDS: Readonly<Record<NodeKindWord, string>> = {
  machine: 'machines',
  push: 'pushed',
  import: 'imported',
  extraction: 'extracted',
  simulation: 'simulated',
  smoke: 'of muster smoke',
};

/** Whether an agent of ours speaks for it: it has a stream, and takes a configuration. */
export function hasAgent(node: { kind?: string | number | undefined }): boolean {
  const word = kindWord(node.kind);
  return word === 'machine' || word === 'simulation';
}

export function isMachine(node: { kind?: string | number | undefined }): boolean {
  return kindWord(node.kind) === 'machine';
}
