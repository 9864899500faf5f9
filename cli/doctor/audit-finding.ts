// Whether the audit is whole, as one finding. What could not be read in time is not known, and no problem by itself.
import { toMusterError } from '../../core/common/muster-error.ts';
import type { VerifyAuditResponse } from '../../proto/gen/messages.ts';
import { formatCount } from '../terminal/quantity.ts';
import { type Finding, problem, warning, well } from './finding.ts';

const NOT_ANSWERED = 'run muster audit verify, which waits longer, with a token of the scope admin';

/** `read` rejects where the gateway does not answer in time, or does not let this token read the audit. */
export async function auditFinding(read: () => Promise<VerifyAuditResponse>): Promise<Finding> {
  try {
    return judgeAudit(await read());
  } catch (thrown) {
    return warning('audit', `not known: ${toMusterError(thrown).message}`, NOT_ANSWERED);
  }
}

function judgeAudit({ verdict, records, brokenAt, problems, beginning }: VerifyAuditResponse): Finding {
  const words = `${formatCount(records)} records`;
  const [first = ''] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  if (verdict === 'whole') return well('audit', `whole: ${words}${beginning ? `; ${beginning}` : ''}`);
  const see = 'run muster audit verify: it names what it found';
  if (verdict === 'broken') return problem('audit', `broken at record ${brokenAt} of ${words}: ${first}${more}`, see);
  return warning('audit', `not known whether it is whole, ${words}: ${first}${more}`, see);
}
