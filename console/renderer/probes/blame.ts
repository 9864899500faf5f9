// Where the fault lies: a bad column means the target, a bad row the place. Pure.
import { type ProbePath, pathName } from './probe-paths.ts';

export interface Blame {
  /** What is seen. */
  seen: string;
  /** What follows from it; empty where nothing does. */
  follows: string;
}

/** Of the worst path; undefined where none is worse than usual. A path without a baseline says nothing of what is usual. */
export function blameOf(paths: readonly ProbePath[]): Blame | undefined {
  const [worst] = paths;
  if (worst === undefined || worst.health === '') return undefined;
  const column = paths.filter((path) => path.to === worst.to && path.row.kind === worst.row.kind);
  const row = paths.filter((path) => path.from === worst.from);
  const [badColumn, badRow] = [countChanged(column), countChanged(row)];
  const well = column.filter(isAsUsual).length;
  if (column.length > 1 && badColumn === column.length) {
    return { seen: `${worst.to} is worse than usual from all ${column.length} places`, follows: 'so the fault is at the target' };
  }
  if (row.length > 1 && badRow * 2 > row.length) {
    return {
      seen: `${worst.from} reaches ${badRow} of ${row.length} targets worse than usual`,
      follows: `so the fault is at ${worst.from}`,
    };
  }
  const wrong = `${pathName(worst)} ${wordsOf(worst)}`;
  if (column.length > 1 && badColumn === 1 && well === column.length - 1) {
    return {
      seen: `${wrong}, and ${worst.to} is as usual from ${well} other ${well === 1 ? 'place' : 'places'}`,
      follows: `so the fault is at ${worst.from} or on its way`,
    };
  }
  return { seen: `${wrong}${well === 0 ? '' : `; ${worst.to} is as usual from ${well} of ${column.length} places`}`, follows: '' };
}

/** Compared with its baseline, and like it. */
export function isAsUsual({ health, usual }: Pick<ProbePath, 'health' | 'usual'>): boolean {
  return health === '' && usual !== undefined;
}

function wordsOf({ now, usual }: ProbePath): string {
  if (now.p50 === null) return 'does not answer';
  return usual === undefined ? 'loses most of its packets' : 'is worse than usual';
}

function countChanged(paths: readonly ProbePath[]): number {
  return paths.filter(({ health }) => health !== '').length;
}
