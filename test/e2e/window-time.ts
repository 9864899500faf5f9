// The one time control of the window, by hand.
import type { Page } from 'playwright-core';

/** Shows a stretch of the past. The window's zone must be UTC. */
export async function chooseStretch(page: Page, fromMs: number, toMs: number): Promise<void> {
  await page.getByTitle('Choose a time range').click();
  const menu = page.getByRole('dialog', { name: 'Time range' });
  await menu.getByLabel('from').fill(toField(fromMs));
  await menu.getByLabel('to', { exact: true }).fill(toField(toMs));
  await menu.getByRole('button', { name: 'Apply' }).click();
  await menu.waitFor({ state: 'detached' });
}

/** As a field for date and time takes it. */
export function toField(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}
