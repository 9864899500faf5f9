// What a page does when its host, its gateway or its operator's choice fails: asked of the built page, over a host whose answers are set here.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeadLetterView } from '../../console/common/dead-letter.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { untilText } from './console-tour.ts';
import { openStagedPage, type StagedPage } from './staged-host.ts';

const REASON = 'not_finite';
const letter = (id: number): DeadLetterView => ({
  ...{ id, timeMs: Date.now() - id * 1000, nodeId: 'n', reason: REASON, detail: 'cpu.v is Infinity', measurement: 'cpu' },
  ...{ row: '{"timestamp":1,"v":"Infinity"}', decoded: '', rawBytes: 0, epoch: 'ab', seq: 1, tags: [], textFields: [], history: [] },
});

let staged: StagedPage;
/** All there are of the reason, newest first. */
let letters: DeadLetterView[];

beforeAll(async () => {
  staged = await openStagedPage();
  letters = Array.from({ length: 300 }, (_, i) => letter(300 - i));
  staged.pipeline.deadLetters = { [REASON]: 300, malformed: 7 };
  staged.answers.listDeadLetters = ({ limit, beforeId }: { limit: number; beforeId: number }) => {
    const page = letters.filter(({ id }) => beforeId === 0 || id < beforeId).slice(0, limit);
    return { letters: page, byReason: { [REASON]: letters.length }, nextBeforeId: page.at(-1)?.id === 1 ? 0 : (page.at(-1)?.id ?? 0) };
  };
});
afterAll(() => staged?.close());

const discards = (): unknown[] => staged.asked.flatMap(({ name, args }) => (name === 'discardDeadLetters' ? [args] : []));

describe('dead letters', () => {
  test('a refused discard keeps the selection, and the next one is for the same letters, though newer ones arrived and the list was paged', async () => {
    const { page, pipeline, answers } = staged;
    answers.discardDeadLetters = () => {
      throw new MusterError('unavailable', 'the stream does not answer');
    };
    await page.evaluate("location.hash = '#/pipeline'; undefined");
    await page.getByRole('button', { name: /^Show older letters/ }).click();
    for (const id of [90, 80, 70]) await page.getByLabel(`Select letter ${id}`).check();
    letters.unshift(letter(301));
    pipeline.deadLetters = { [REASON]: 301, malformed: 7 };
    await untilText(page.locator('.letters'), /Letters came or went/);
    await page.getByRole('button', { name: 'Discard 3…' }).click();
    await page.getByRole('alertdialog', { name: 'Discard 3 letters for good?' }).getByRole('button', { name: 'Discard' }).click();
    await untilText(page.locator('.letters'), /the stream does not answer/);
    answers.discardDeadLetters = () => ({ discarded: 3 });
    await page.getByRole('button', { name: 'Discard 3…' }).click();
    await page.getByRole('alertdialog', { name: 'Discard 3 letters for good?' }).getByRole('button', { name: 'Discard' }).click();
    await untilText(page.locator('.letters'), /3 letters discarded/);
    expect(discards()).toEqual(Array(2).fill({ chosen: { ids: [70, 80, 90] } }));
  });

  test('all of a reason ends at the newest letter of the list, whatever comes while the question is open', async () => {
    const { page, pipeline } = staged;
    await page.getByRole('button', { name: 'Discard 301…' }).click();
    const question = page.getByRole('alertdialog', { name: 'Discard all 301 letters of “Infinite value” up to number 301 for good?' });
    await question.waitFor();
    letters.unshift(letter(302));
    pipeline.deadLetters = { [REASON]: 302, malformed: 9000 };
    await untilText(page.getByRole('list', { name: 'Reasons' }), /9,000/);
    await question.getByRole('button', { name: 'Discard' }).click();
    await expect.poll(discards, { timeout: 20_000 }).toHaveLength(3);
    expect(discards().at(-1)).toEqual({ chosen: { reason: REASON, upToId: 301 } });
  });
});

test('the pipeline shows nothing of now while the gateway is away, and says of the past that it is not kept', async () => {
  const { page } = staged;
  await untilText(page.locator('.verdict'), /^100 % complete/);
  await untilText(page.locator('.hops'), /5\.00 batches\/s.*2\.00 messages\/s.*1\.00 messages\/s.*1,000 rows\/s/);
  staged.say('lost');
  await untilText(page.locator('.verdict'), /^Not known.*not connected to the gateway/);
  expect(await page.locator('.hops').textContent()).not.toMatch(/accepting|keeping up|rows\/s|batches\/s/);
  expect(await page.title()).toMatch(/^\(\?\) Pipeline/);
  staged.say('connected');
  await untilText(page.locator('.verdict'), /^100 % complete/);
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('[');
  await untilText(page.locator('.verdict'), /^Only known for now/);
});

test('loading the page again shows the same moment, and the way back to now leaves the address as it was', async () => {
  const { page } = staged;
  await expect.poll(() => page.url()).toMatch(/#\/pipeline\?time=/);
  const address = page.url();
  await page.reload();
  await page.locator('.past-edge').waitFor();
  expect(page.url()).toBe(address);
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('Escape');
  await page.locator('.past-edge').waitFor({ state: 'detached' });
  await expect.poll(() => page.url()).toMatch(/#\/pipeline$/);
});
