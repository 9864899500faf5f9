// What hands do to a window, by Chromium's own input: the page is not asked for it, so that nothing of it counts as the page's work.
import type { Locator, Page } from 'playwright-core';
import type { ConsoleWindow } from './console-window.ts';

/** A frame at 60 Hz. */
const STEP_MS = 1000 / 60;

export interface Spot {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where the element is. Throws where it is not shown. */
export async function spotOf(element: Locator): Promise<Spot> {
  await element.waitFor();
  const box = await element.boundingBox();
  if (box === null) throw new Error(`${element} is nowhere on the page`);
  return box;
}

/** The wheel, turned evenly down and up again. */
export async function scroll({ cdp }: ConsoleWindow, spot: Spot, pixels: number, pixelsPerSecond: number): Promise<void> {
  const [x, y] = [Math.round(spot.x + spot.width / 2), Math.round(spot.y + spot.height / 2)];
  for (const yDistance of [-pixels, pixels]) {
    await cdp.send('Input.synthesizeScrollGesture', { x, y, yDistance, speed: pixelsPerSecond, gestureSourceType: 'mouse' });
  }
}

/** The pointer over all of the element, row by row, a step a frame. */
export async function sweep({ cdp }: ConsoleWindow, spot: Spot, milliseconds: number): Promise<void> {
  const steps = Math.round(milliseconds / STEP_MS);
  await evenly(steps, async (step) => {
    const share = step / steps;
    const x = spot.x + spot.width * ((share * 12) % 1);
    const y = spot.y + spot.height * Math.min(0.99, share);
    await cdp.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y });
  });
}

/** Shift and the pointer held, to and fro over a third of the element. */
export async function pan(window: ConsoleWindow, spot: Spot, milliseconds: number): Promise<void> {
  const { cdp } = window;
  const shift = 8;
  const y = spot.y + spot.height / 2;
  const at = (share: number): number => spot.x + spot.width * (0.35 + 0.3 * Math.abs(((share * 6) % 2) - 1));
  const steps = Math.round(milliseconds / STEP_MS);
  const held = { y, button: 'left', buttons: 1, modifiers: shift } as const;
  await window.page.keyboard.down('Shift');
  await cdp.send('Input.dispatchMouseEvent', { type: 'mousePressed', x: at(0), clickCount: 1, ...held });
  await evenly(steps, (step) => cdp.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x: at(step / steps), ...held }));
  await cdp.send('Input.dispatchMouseEvent', { type: 'mouseReleased', x: at(1), clickCount: 1, ...held, buttons: 0 });
  await window.page.keyboard.up('Shift');
}

async function evenly(steps: number, act: (step: number) => Promise<unknown>): Promise<void> {
  const from = performance.now();
  for (let step = 0; step < steps; step++) {
    await act(step);
    const ahead = from + (step + 1) * STEP_MS - performance.now();
    if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead));
  }
}

/** The page opened at an address of its own, without loading it anew. */
export async function goTo(page: Page, fragment: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
}
