// Queries whose answer was cut at a limit are never taken for whole: either they fail, or whoever asked says that a part is enough and shows it.
import { MusterError } from '../../../core/common/muster-error.ts';
import type { ConsoleApi, RequestArguments } from '../../common/console-api.ts';
import type { QueryResult } from '../../common/query-result.ts';
import { formatNumber } from '../widgets/format.ts';

/** Throws `limit_exceeded` where the answer was cut. */
export async function askWhole(api: ConsoleApi, args: RequestArguments<'query'>, signal?: AbortSignal): Promise<QueryResult> {
  const answer = await api.request('query', args, signal);
  if (answer.truncated) {
    throw new MusterError(
      'limit_exceeded',
      `the answer has more than ${formatNumber(args.maxRows)} rows: choose a shorter time or fewer nodes`,
    );
  }
  return answer;
}

/** What an answer lacks, in words; empty where it is whole. */
export function cutOf({ truncated, rows }: Pick<QueryResult, 'truncated' | 'rows'>): string {
  return truncated ? `only the first ${formatNumber(rows)} rows could be read` : '';
}
