import { expect, test } from 'vitest';
import type { ConsoleApi } from '../../common/console-api.ts';
import type { LedgerProof } from '../../common/pipeline-view.ts';
import { known, notKnown } from '../state/known.ts';
import { LedgerCheck } from './ledger-check.ts';

function standIn() {
  const calls: { signal: AbortSignal; answer: (proof: LedgerProof) => void; fail: (error: Error) => void }[] = [];
  const request = (_: string, __: object, signal: AbortSignal) =>
    new Promise((resolve, reject) => {
      calls.push({ signal, answer: resolve, fail: reject });
      signal.addEventListener('abort', () => reject(new Error('cancelled')));
    });
  return { calls, api: { request } as unknown as ConsoleApi };
}
const PROOF = { asOfMs: 1000 } as LedgerProof;
const onTheWay = () => ({ pendingRows: known(7, 1000, 'live'), spooledRows: notKnown('yet') });
const settled = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

test('one check is under way at a time, and its answer keeps what was on its way then', async () => {
  const { api, calls } = standIn();
  const check = new LedgerCheck();
  for (let visit = 0; visit < 5; visit++) check.run(api, 0, onTheWay);
  expect(calls).toHaveLength(1);
  calls[0]?.answer(PROOF);
  await settled();
  expect(check.state.get()).toEqual({ answer: { proof: PROOF, ...onTheWay() }, running: false });
  expect(check.isFresh(2000)).toBe(true);
  expect(check.isFresh(62_000)).toBe(false);
});

test('who leaves ends the scan, without an error and without losing the last answer', async () => {
  const { api, calls } = standIn();
  const check = new LedgerCheck();
  check.run(api, 0, onTheWay);
  calls[0]?.answer(PROOF);
  await settled();
  check.run(api, 0, onTheWay);
  check.stop();
  expect(calls[1]?.signal.aborted).toBe(true);
  await settled();
  expect(check.state.get()).toMatchObject({ answer: { proof: PROOF }, running: false });
  expect(check.state.get().error).toBeUndefined();
  check.run(api, 0, onTheWay);
  expect(calls).toHaveLength(3);
  calls[2]?.fail(new Error('away'));
  await settled();
  expect(check.state.get().error?.message).toContain('away');
});
