// The rows of the fleet's table after their elements showed other nodes, other columns and another size: they must say what rows made anew say.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** What of a row does not move with the samples. */
export interface ShownRow {
  rowIndex: string;
  nodeId: string;
  /** Name, link and title, with what else stands in the cell. */
  name: string;
  state: string;
  where: string;
  /** Of each cell: its column, class without colour, and the names of the elements in it. */
  cells: string[];
}

/** The rows in the page, from the top. As text: code of Node's side knows no document. */
export function shownRows(page: Page): Promise<ShownRow[]> {
  return page.evaluate(`[...document.querySelectorAll('.fleet-row[data-node]')].map((row) => {
    const cell = (key) => row.querySelector('[data-column="' + key + '"]');
    const link = row.querySelector('a');
    return {
      rowIndex: row.getAttribute('aria-rowindex'),
      nodeId: row.dataset.node,
      name: [link.textContent, link.getAttribute('href'), link.title, cell('name').textContent].join(' | '),
      state: cell('state').innerHTML,
      where: cell('where')?.textContent ?? '',
      cells: [...row.children].map((each) => [
        each.dataset.column,
        each.className.replace(/ (t1|late|bad|hold)\\b/g, '').trim(),
        ...[...each.querySelectorAll('*')].map((element) => element.tagName),
      ].join(' ')),
    };
  }).sort((a, b) => a.rowIndex - b.rowIndex)`);
}

/** Lets the table's elements show much else, and comes back to where it was. */
export async function reuseRows(page: Page): Promise<void> {
  const filter = page.getByLabel('Filter nodes');
  const head = (name: RegExp) => page.getByRole('grid', { name: 'Nodes' }).getByRole('button', { name });
  await page.setViewportSize({ width: 1920, height: 480 });
  await head(/^Node/).click();
  await page.getByRole('grid', { name: 'Nodes' }).press('End');
  await page.getByRole('grid', { name: 'Nodes' }).press('Home');
  await head(/^Node/).click();
  await filter.fill('state:idle');
  await expect.poll(() => page.locator('.fleet-row').count()).toBeLessThan(6);
  await filter.fill('');
  await page.setViewportSize({ width: 1280, height: 800 });
  await head(/^Node/).click();
  await expect.poll(() => page.locator('.fleet-row').count()).toBeGreaterThan(20);
}
