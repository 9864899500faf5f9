import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { type Known, known, notKnown, stale } from '../state/known.ts';
import { setZone } from './format.ts';
import { figureWords, KnownFigure, worthWords } from './known-figure.tsx';

const NOW = Date.parse('2026-12-01T17:41:00Z');
setZone('utc');
const WHOLE = known(12, NOW - 2000, 'live');

test.each<[Known<number>, string, string]>([
  [WHOLE, '12', ''],
  [known(12, NOW, 'live', '12 received, more to come'), '12+', '12 received, more to come'],
  [stale(WHOLE, 'since 17:40:58: away'), '12', 'As of 17:40:58; not known since 17:40:58: away'],
  [stale(WHOLE, ''), '12', 'As of 17:40:58'],
  [stale(known(12, NOW - 86_400_000, 'store'), ''), '12', 'As of 30 Nov, 17:41:00'],
  [notKnown('yet: the gateway has not answered'), '–', 'Not known yet: the gateway has not answered'],
  [notKnown(), '–', 'Not known'],
])('%o reads %s', (figure, words, tip) => {
  expect(figureWords(figure)).toBe(words);
  expect(worthWords(figure, NOW)).toBe(tip);
  const shown = renderToStaticMarkup(<KnownFigure of={figure} nowMs={NOW} className="count" />);
  expect(shown).toContain(`data-worth="${figure.worth}"`);
  // What may be another by now does not look like what is so.
  expect(shown.includes('t3')).toBe(figure.worth === 'stale' || figure.worth === 'unknown');
});
