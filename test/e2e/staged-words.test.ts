// What the frame says of whom it speaks with and of what it counts: versions that differ, and machines apart from sources.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { untilText } from './console-tour.ts';
import { openStagedPage, type StagedPage } from './staged-host.ts';
import { stagedNode } from './staged-nodes.ts';

let staged: StagedPage;
beforeAll(async () => {
  staged = await openStagedPage();
});
afterAll(() => staged?.close());

test('title and status line say machines and sources apart', async () => {
  const { page } = staged;
  await page.evaluate("location.hash = '#/fleet'; undefined");
  staged.tell([1, 2].map((number) => stagedNode(number, staged.nowMs())));
  await untilText(page.locator('.page-title'), /2 nodes, as of /);
  staged.tell([3, 4, 5].map((number) => stagedNode(number, staged.nowMs(), { kind: 'push', gateway: '', state: 'idle' })));
  await untilText(page.locator('.page-title'), /2 machines, 3 sources, as of /);
  await untilText(page.locator('footer.status'), /2 machines, 3 sources/);
});

test('the ledger says of how many machines and sources it is, and that it is not proven while batches are on their way', async () => {
  const { page, answers } = staged;
  answers.verify = () => ({
    ...{ stored: 90, inFlight: 2, inSpools: 0, dropped: 0, lost: 0, doubledRows: 0, ledgerRows: 900, tableRows: 900, missingRows: 0 },
    ...{
      badRows: 0,
      nodes: 6,
      machines: 2,
      sources: 3,
      undecided: 1,
      rowsSinceMs: null,
      uncomparedRows: 0,
      holes: [],
      droppedByReason: {},
      asOfMs: staged.nowMs(),
    },
  });
  await page.evaluate("location.hash = '#/pipeline'; undefined");
  const ledger = page.getByRole('region', { name: 'Ledger' });
  await untilText(ledger, /2 machines, 3 sources, 1 not in the fleet/);
  await untilText(ledger, /Not found yet/);
  await untilText(ledger, /not proven: 2 batches in flight, not stored yet, 1 batch not found yet/);
});

test('a console that is older than its gateway says so, and one of the same version says nothing', async () => {
  const { page, pipeline } = staged;
  const notice = page.locator('.notice', { hasText: 'of version' });
  expect(await notice.count()).toBe(0);
  pipeline.gatewayVersion = '99.0.0';
  await untilText(notice, /^This console is of version [\d.]+, and the gateway is of 99\.0\.0/);
});
