// What the page itself can tell of its speed. As text: code of Node's side knows no document.
import type { Page } from 'playwright-core';
import { until } from '../../harness/until.ts';

/** When the first rows of the fleet were painted, Unix ms. */
export async function firstRowsMs(page: Page): Promise<number> {
  return until('rows of the fleet are painted', async () => {
    const at = await page.evaluate<number>(
      "performance.timeOrigin + (performance.getEntriesByName('muster:fleet-rows')[0]?.startTime ?? Number.NaN)",
    );
    return Number.isNaN(at) ? undefined : at;
  });
}

/** From a key pressed in the filter line until the frame that shows another count of rows; ms, ascending. */
export async function filterTimes(page: Page, texts: readonly string[]): Promise<number[]> {
  await page.evaluate(`{
    const grid = document.querySelector('[role=grid]');
    const times = (globalThis.filterTimes = []);
    let pressed = Number.NaN;
    addEventListener('keydown', (event) => { pressed = event.timeStamp; }, true);
    new MutationObserver(() => {
      const from = pressed;
      pressed = Number.NaN;
      if (!Number.isNaN(from)) requestAnimationFrame(() => setTimeout(() => times.push(performance.now() - from)));
    }).observe(grid, { attributes: true, attributeFilter: ['aria-rowcount'] });
  }`);
  for (const text of texts) {
    await page.keyboard.press('/');
    // At a quick typist's pace.
    await page.keyboard.type(text, { delay: 120 });
    await page.waitForTimeout(300);
    await page.keyboard.press('Escape');
    await page.waitForTimeout(500);
  }
  return (await page.evaluate<number[]>('globalThis.filterTimes')).sort((a, b) => a - b);
}

/** How old live points are when they are drawn, over so long; ms, ascending. Agent and page go by the clock of one machine. */
export async function livePointAges(page: Page, milliseconds: number): Promise<number[]> {
  await page.evaluate(`{
    const ages = (globalThis.livePointAges = []);
    new PerformanceObserver((list) => {
      for (const mark of list.getEntriesByName('muster:live-point')) ages.push(performance.timeOrigin + mark.startTime - mark.detail);
    }).observe({ entryTypes: ['mark'] });
  }`);
  await page.waitForTimeout(milliseconds);
  return (await page.evaluate<number[]>('globalThis.livePointAges')).sort((a, b) => a - b);
}
