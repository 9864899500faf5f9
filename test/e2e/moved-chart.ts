// A chart under a hand that moves it, and the same stretch drawn from nothing: the picture must be the same.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Steps of the hand, in pixels; to and fro, and one that leaves little of what was there. */
const STEPS = [9, 14, -5, 31, -22, 120, 3];
/** Beyond it a colour is another one, and no rounding. */
const NOTICEABLE = 24;
/** What moves goes to the nearest pixel: where a label falls between two, a drawing of all of it may take the other one. */
const BESIDE = 1;
/** A picture that stayed the same for so long, with nothing being read, is the last one. */
const SETTLED_MS = 200;

export interface MovedChart {
  /** Shares of the canvas that differ. */
  fromBefore: number;
  fromAnew: number;
}

/** Moves the first chart of the page by Shift and the pointer. What it shows then is compared with what it showed before, and with a drawing of all of it. */
export async function moveChart(page: Page): Promise<MovedChart> {
  const chart = page.locator('[data-chart] .u-over').first();
  const place = await chart.boundingBox();
  if (place === null) throw new Error('the chart has no place on the page');
  const y = Math.round(place.y + place.height / 2);
  let x = Math.round(place.x + place.width / 3);
  await page.mouse.move(x, y);
  await untilSettled(page);
  await keep(page, 'before');
  await page.keyboard.down('Shift');
  await page.mouse.down();
  for (const step of STEPS) {
    x += step;
    await page.mouse.move(x, y);
    await frames(page);
  }
  await untilSettled(page);
  await keep(page, 'moved');
  await page.evaluate(`${CORNER}.fillRect(0, 0, 1, 1)`);
  await page.mouse.up();
  await page.keyboard.up('Shift');
  // The stretch becomes the window's, which draws all of it.
  await untilDrawnWhole(page);
  await untilSettled(page);
  await keep(page, 'anew');
  return { fromBefore: await difference(page, 'before', 'moved'), fromAnew: await difference(page, 'anew', 'moved', BESIDE) };
}

/** What came into view is read from the store: its rows may come long after the hand rests. */
async function untilSettled(page: Page): Promise<void> {
  await expect
    .poll(
      async () => {
        await keep(page, 'earlier');
        await page.waitForTimeout(SETTLED_MS);
        await keep(page, 'later');
        const reading = /reading the store/.test((await page.locator('.node-title').textContent()) ?? '');
        return !reading && (await difference(page, 'earlier', 'later')) === 0;
      },
      { timeout: 20_000 },
    )
    .toBe(true);
}

/** A dot in the corner, where no strip of a moved chart reaches: it is there until the whole canvas is cleared. */
const CORNER = "document.querySelector('[data-chart] canvas').getContext('2d')";

async function untilDrawnWhole(page: Page): Promise<void> {
  await page.waitForFunction(`(() => {
    const copy = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    copy.drawImage(document.querySelector('[data-chart] canvas'), 0, 0);
    return copy.getImageData(0, 0, 1, 1).data[3] === 0;
  })()`);
}

async function frames(page: Page): Promise<void> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(undefined))))');
}

/** The pixels of the first chart now, remembered by the page. */
async function keep(page: Page, name: string): Promise<void> {
  await frames(page);
  await page.evaluate(`{
    const canvas = document.querySelector('[data-chart] canvas');
    // By a copy: reading makes a canvas another one.
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    globalThis.keptPixels ??= {};
    globalThis.keptPixels.${name} = copy.getImageData(0, 0, canvas.width, canvas.height).data;
  }`);
}

/** The share of the pixels of `one` whose colour `other` has neither there nor up to `beside` pixels to the left and right. */
function difference(page: Page, one: string, other: string, beside = 0): Promise<number> {
  return page.evaluate(`(() => {
    const { ${one}: a, ${other}: b } = globalThis.keptPixels;
    const alike = (at, to) => [0, 1, 2, 3].every((part) => Math.abs(a[at + part] - (b[to + part] ?? 0)) <= ${NOTICEABLE});
    let differ = 0;
    for (let at = 0; at < a.length; at += 4) {
      let found = false;
      for (let by = -${beside}; by <= ${beside} && !found; by++) found = alike(at, at + 4 * by);
      if (!found) differ++;
    }
    return differ / (a.length / 4);
  })()`);
}
