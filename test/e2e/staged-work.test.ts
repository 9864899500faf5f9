// What somebody works on stays theirs: nothing that arrives, and no setting, takes an open form, a place or the page away.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeadLetterView } from '../../console/common/dead-letter.ts';
import { untilText } from './console-tour.ts';
import { openStagedPage, type StagedPage } from './staged-host.ts';
import { stagedNode } from './staged-nodes.ts';

const REASON = 'not_finite';
const letter = (id: number): DeadLetterView => ({
  ...{ id, timeMs: Date.now() - id * 1000, nodeId: 'n', reason: REASON, detail: 'cpu.v is Infinity', measurement: 'cpu' },
  ...{ row: '{"timestamp":1,"v":"Infinity"}', decoded: '', rawBytes: 0, epoch: 'ab', seq: 1, tags: [], textFields: [], history: [] },
});

let staged: StagedPage;
let letters: DeadLetterView[];

beforeAll(async () => {
  staged = await openStagedPage();
  letters = [letter(2), letter(1)];
  staged.pipeline.deadLetters = { [REASON]: 2 };
  staged.answers.listDeadLetters = () => ({ letters: [...letters], byReason: { [REASON]: letters.length }, nextBeforeId: 0 });
  staged.tell(Array.from({ length: 40 }, (_, number) => stagedNode(number, staged.nowMs())));
});
afterAll(() => staged?.close());

const go = (address: string): Promise<unknown> => staged.page.evaluate(`location.hash = ${JSON.stringify(address)}; undefined`);

/** As another window of the same browser sets it. */
async function setElsewhere(key: string, value: string): Promise<void> {
  const event = JSON.stringify({ key: `muster.${key}`, newValue: JSON.stringify(value) });
  await staged.page.evaluate(`window.dispatchEvent(new StorageEvent('storage', ${event})); undefined`);
}

test('another time zone or contrast redraws what shows, and takes no open row and no focus', async () => {
  const { page } = staged;
  await go('#/pipeline');
  await page.getByRole('button', { name: 'Edit and replay…' }).click();
  const row = page.locator('.letter-detail textarea');
  await row.fill('{"timestamp":1,"v":7}');
  await page.locator('main').evaluate((main) => Object.assign(main.firstElementChild as object, { kept: true }));
  const zone = page.locator('footer.status > span').last();
  await untilText(zone, /UTC$/);
  const html = page.locator('html');
  const drawn = await html.getAttribute('data-contrast');
  await page.emulateMedia({ contrast: 'more' });
  await expect.poll(() => html.getAttribute('data-contrast'), { timeout: 20_000 }).not.toBe(drawn);
  await setElsewhere('zone', 'utc');
  await setElsewhere('contrast', 'standard');
  await expect.poll(() => html.getAttribute('data-contrast'), { timeout: 20_000 }).toBe('standard');
  expect(await row.inputValue()).toBe('{"timestamp":1,"v":7}');
  expect(await page.locator('.letter-detail textarea:focus').count()).toBe(1);
  expect(await page.locator('main').evaluate((main) => 'kept' in (main.firstElementChild as object))).toBe(true);
});

test('a row that is being mended is not wiped by a newer letter', async () => {
  const { page, pipeline } = staged;
  const row = page.locator('.letter-detail textarea');
  letters.unshift(letter(3));
  pipeline.deadLetters = { [REASON]: 3 };
  await untilText(page.locator('.letters'), /3 waiting now/);
  await untilText(page.locator('.letters'), /Letters came or went/);
  expect(await row.inputValue()).toBe('{"timestamp":1,"v":7}');
});

test('who left while a name was looked up is not called back', async () => {
  const { page, answers, asked } = staged;
  const node = stagedNode(99, staged.nowMs());
  let answer: (() => void) | undefined;
  answers.getNode = () =>
    new Promise((resolve) => {
      answer = () => resolve(node);
    });
  await go('#/node/some-name');
  await expect.poll(() => asked.some(({ name }) => name === 'getNode'), { timeout: 20_000 }).toBe(true);
  await go('#/settings');
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  answer?.();
  // What is asked for after it has been answered after it.
  await go('#/pipeline');
  await page.getByRole('heading', { level: 1, name: 'Pipeline' }).waitFor();
  expect(page.url()).toMatch(/#\/pipeline$/);
});

test('who moves over the table by keys hears which row it is, and the tabs of a node name what they show', async () => {
  const { page } = staged;
  // By name: the order by trouble is another one each time a node falls silent.
  await go('#/fleet?sort=name');
  const grid = page.getByRole('grid', { name: 'Nodes' });
  await page.locator('.fleet-row').first().waitFor();
  await grid.focus();
  // Both at one moment: a row that scrolls away in between is waited for in vain.
  const active = (): Promise<string> =>
    grid.evaluate((element) => {
      const id = element.getAttribute('aria-activedescendant');
      const row = element.ownerDocument.getElementById(id ?? '');
      return row?.querySelector('[data-column="name"]')?.textContent ?? '';
    });
  await page.keyboard.press('ArrowDown');
  await expect.poll(active, { timeout: 20_000 }).toContain('node-00000');
  await page.keyboard.press('ArrowDown');
  await expect.poll(active, { timeout: 20_000 }).toContain('node-00001');
  await page.keyboard.press('End');
  await expect.poll(active, { timeout: 20_000 }).toContain('node-00039');
  await page.keyboard.press('Enter');
  const tab = page.getByRole('tab', { selected: true });
  await tab.waitFor();
  const panel = await tab.getAttribute('aria-controls');
  await page.locator(`[id="${panel}"][role="tabpanel"]`).waitFor();
});
