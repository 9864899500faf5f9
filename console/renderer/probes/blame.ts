// Where the fault lies: a bad column means the target, a bad row the place. Pure.
import { type ProbePath, pathName } from './probe-paths.ts';

export interface Blame {
  /** What is seen. */
  seen: string;
  /** What follows from it; empty where nothing does. */
  follows: string;
}

/** Of the worst path; undefined where all are as usual. */
export function blameOf(paths: readonly ProbePath[]): Blame | undefined {
  const [worst] = paths;
  if (worst === undefined || worst.health === '') return undefined;
  const column = paths.filter((path) => path.to === worst.to && path.row.kind === worst.row.kind);
  const row = paths.filter((path) => path.from === worst.from);
  const [badColumn, badRow] = [countChanged(column), countChanged(row)];
  if (column.length > 1 && badColumn === column.length) {
    return { seen: `${worst.to} is not as usual from all ${column.length} places`, follows: 'so the fault is at the target' };
  }
  if (row.length > 1 && badRow * 2 > row.length) {
    return {
      seen: `${worst.from} reaches ${badRow} of ${row.length} targets worse than usual`,
      follows: `so the fault is at ${worst.from}`,
    };
  }
  if (column.length > 1 && badColumn === 1) {
    return {
      seen: `${worst.to} is as usual from ${column.length - 1} other ${column.length === 2 ? 'place' : 'places'}`,
      follows: `so the fault is at ${worst.from} or on its way`,
    };
  }
  const others = column.length - badColumn;
  const elsewhere = others === 0 ? '' : `; ${worst.to} is as usual from ${others} of ${column.length} places`;
  return { seen: `${pathName(worst)} is not as usual${elsewhere}`, follows: '' };
}

function countChanged(paths: readonly ProbePath[]): number {
  return paths.filter(({ health }) => health !== '').length;
}
