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
