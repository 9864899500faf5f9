// How many nodes a page speaks of: machines, and apart from them the sources that rows came from. Pure.
import type { KindCounts } from '../../../core/common/kind-words.ts';
import { figureWords } from '../widgets/known-figure.tsx';
import { type Known, mapKnown } from './known.ts';

/** `61 nodes` where all are machines, else `3 machines, 20 sources`; `3+` where more are to come. */
export function kindsInWords(kinds: Known<KindCounts>): string {
  if (kinds.worth === 'unknown') return '';
  const { machines, sources } = kinds.value;
  const counted = (count: number, noun: string): string => {
    const many = count !== 1 || kinds.worth === 'partial';
    return `${figureWords(mapKnown(kinds, () => count))} ${noun}${many ? 's' : ''}`;
  };
  if (sources === 0) return counted(machines, 'node');
  return machines === 0 ? counted(sources, 'source') : `${counted(machines, 'machine')}, ${counted(sources, 'source')}`;
}
