// What axe finds on a page that keeps somebody from using it.
import axe from 'axe-core';
import type { Page } from 'playwright-core';

const GRAVE = ['serious', 'critical'];

interface Finding {
  id: string;
  impact: string | null;
  nodes: { target: unknown[]; failureSummary?: string }[];
}

/** Serious and critical findings in words, none where all is well. */
export async function graveFindings(page: Page): Promise<string[]> {
  // As text: code of Node's side knows no document, and a script element would be against the page's policy.
  await page.evaluate(`'axe' in globalThis || ${axe.source}; undefined`);
  const findings = await page.evaluate<Finding[]>(
    "axe.run(document, { resultTypes: ['violations'], preload: false, elementRef: false }).then(({ violations }) => violations)",
  );
  return findings
    .filter(({ impact }) => GRAVE.includes(impact ?? ''))
    .flatMap(({ id, nodes }) => nodes.slice(0, 5).map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`));
}
