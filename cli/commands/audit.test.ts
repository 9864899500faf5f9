import { expect, it } from 'vitest';
import type { VerifyAuditResponse } from '../../proto/gen/messages.ts';
import { auditVerdictLines } from './audit.ts';

const at = (seconds: number): { seconds: number; nanos: number } => ({ seconds, nanos: 0 });
const WHOLE: VerifyAuditResponse = {
  ...{ verdict: 'whole', records: 3, chains: 1, unchained: 0, brokenAt: 0, problems: [], oldest: at(0), newest: at(60), beginning: '' },
};

it('says what was read, what is wrong and where, and what could not be checked', () => {
  expect(auditVerdictLines(WHOLE)).toEqual(['whole: 3 records in 1 chain, 1970-01-01T00:00:00.000Z to 1970-01-01T00:01:00.000Z']);
  const broken = auditVerdictLines({
    ...WHOLE,
    verdict: 'broken',
    brokenAt: 2,
    unchained: 1,
    problems: ['record 2 is not as the gateway wrote it'],
  });
  expect(broken[0]).toMatch(/^broken at record 2: 3 records/);
  expect(broken.slice(1)).toEqual(['1 of them have no chain and were not checked', 'record 2 is not as the gateway wrote it']);
  const beginning = 'the records before record 5 are not available: they left by age, after 400 days';
  expect(auditVerdictLines({ ...WHOLE, beginning })[1]).toBe(beginning);
  const none = { ...WHOLE, verdict: 'unknown', records: 0, chains: 0, oldest: undefined, newest: undefined };
  expect(auditVerdictLines(none)).toEqual(['unknown: no record']);
});
