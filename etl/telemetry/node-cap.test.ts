import { expect, it } from 'vitest';
import { doorEpoch } from '../../core/common/door-epoch.ts';
import { newAccount } from './batch-account.ts';
import { NodeCap } from './node-cap.ts';

const DAY_US = 86_400_000_000;
const NOW_US = 20_000 * DAY_US + 5;
const delivery = (nodeId: string, receivedUs = NOW_US, epoch: Uint8Array = Buffer.alloc(16)) => ({
  ...{ nodeId, receivedUs, epoch, gateway: 'g', seq: 1, skewUs: 0, batch: Buffer.alloc(0) },
});
const stored = (nodeId: string, rows: number, receivedUs = NOW_US) => ({
  ...newAccount(delivery(nodeId, receivedUs), false),
  ...{ rows, badRows: 1, mergedRows: 1 },
});

it('refuses whole batches once a node has stored its rows of the day, and names it', () => {
  const cap = new NodeCap(10);
  cap.count([stored('a', 11), stored('b', 12)]);
  expect(cap.refusal(delivery('a'), false)).toBeUndefined();
  expect(cap.problems(NOW_US / 1000)).toEqual([]);
  expect(cap.refusal(delivery('b'), false)).toMatch(/node_cap: the node has stored 10 rows/);
  expect(cap.problems(NOW_US / 1000)).toEqual([expect.stringMatching(/^rows of b are set aside/)]);
  // The next day begins at nothing, and nothing is said of yesterday.
  expect(cap.refusal(delivery('b', NOW_US + DAY_US), false)).toBeUndefined();
  expect(cap.problems((NOW_US + DAY_US) / 1000)).toEqual([]);
});

it('takes what comes again, what is imported, and everything where it is off', () => {
  const cap = new NodeCap(1);
  cap.count([stored('a', 5)]);
  expect(cap.refusal(delivery('a'), true)).toBeUndefined();
  expect(cap.refusal(delivery('a', NOW_US, doorEpoch('import', Buffer.alloc(12))), false)).toBeUndefined();
  expect(new NodeCap(0).refusal(delivery('a'), false)).toBeUndefined();
});

it('counts a batch once that comes again after it was stored, and one that comes again because it was not', () => {
  const cap = new NodeCap(10);
  const again = (nodeId: string, rows: number) => ({ ...stored(nodeId, rows), again: true });
  cap.count([stored('a', 8), again('b', 8)]);
  cap.count([again('a', 8), again('b', 8)]);
  for (const node of ['a', 'b']) expect(cap.refusal(delivery(node), false)).toBeUndefined();
  cap.count([stored('a', 8), stored('b', 8)]);
  for (const node of ['a', 'b']) expect(cap.refusal(delivery(node), false)).toMatch(/has stored 12 rows/);
});

it('goes on from the ledger', async () => {
  const cap = new NodeCap(100);
  await cap.restore(
    {
      sql: async () => [
        ['a', 99],
        ['b', 100],
      ],
    },
    NOW_US / 1000,
  );
  expect(cap.refusal(delivery('a'), false)).toBeUndefined();
  expect(cap.refusal(delivery('b'), false)).toMatch(/stored 100 rows/);
});
