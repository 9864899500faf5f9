// The keyboard alone.
import type { Locator, Page } from 'playwright-core';

const MOST_STOPS = 300;

/** Tab, or Shift+Tab, until the element has the focus. Throws where it never gets it. */
export async function tabTo(page: Page, element: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await element.first().waitFor();
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    if (await hasFocus(element)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${element} is not among the first ${MOST_STOPS} stops of ${key}`);
}

/** Within the tree it stands in: the editor of SQL has one of its own. */
export function hasFocus(element: Locator): Promise<boolean> {
  return element.first().evaluate((node) => node === (node.getRootNode() as unknown as { activeElement: unknown }).activeElement);
}

/** A date and time typed into its field, as an American keyboard has it. */
export async function typeDateTime(page: Page, ms: number): Promise<void> {
  const [date, time] = new Date(ms).toISOString().slice(0, 19).split('T') as [string, string];
  const [year, month, day] = date.split('-') as [string, string, string];
  const hour = Number(time.slice(0, 2));
  const clock = `${String(hour % 12 || 12).padStart(2, '0')}${time.slice(3, 5)}${time.slice(6, 8)}`;
  await page.keyboard.type(`${month}${day}${year}`);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.type(`${clock}${hour < 12 ? 'A' : 'P'}`);
}
